import { RemotingConnection } from '../../support/remoting.js';
import { MARKER_TOPIC } from '../../support/topic-reader.js';

/** Whether a server takes a connection. */
export async function isThere(address: string): Promise<boolean> {
  return RemotingConnection.open(address).then(
    (connection) => {
      connection.close();
      return true;
    },
    () => false,
  );
}

const ROUTE = 105;

/** What a name server says of a topic, whatever it is. */
export async function routeText(namesrv: string, topic: string): Promise<string> {
  const connection = await RemotingConnection.open(namesrv);
  try {
    return (await connection.ask(ROUTE, { topic })).body.toString();
  } finally {
    connection.close();
  }
}

/** Whether a name server answers at all. */
export const answersRoutes = (namesrv: string): Promise<boolean> =>
  routeText(namesrv, MARKER_TOPIC).then(
    () => true,
    () => false,
  );
