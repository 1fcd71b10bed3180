import {
  type ClientConnectConfig,
  type LoadClientProfileOptions,
  loadClientConnectConfig,
} from '@temporalio/envconfig';
import { userFault } from '../job/fault.js';

/**
 * How to reach Temporal, from the same variables and profiles as the `temporal` CLI reads. For clients and workers alike.
 * @throws Fault `temporal_config`, which holds nothing of the file: an API key may stand in it
 */
export function temporalConfig(options: LoadClientProfileOptions = {}): ClientConnectConfig {
  try {
    return loadClientConnectConfig(options);
  } catch (error) {
    // The first line only: a syntax error goes on with the lines of the file.
    const [why] = (error as Error).message.split('\n');
    throw userFault(
      'temporal_config',
      `The configuration of the connection to Temporal can not be used: ${why}`,
      'Check the TEMPORAL_* variables and the profile (`temporal config list`).',
    );
  }
}
