import { installLog } from '../../src/worker/log.js';

// Workers run inside the tests; what they log of the faults that tests make would bury what tests say.
installLog({ level: 'error', format: 'text' });
