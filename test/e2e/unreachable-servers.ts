/** Servers on this machine that the app must not reach: they note down whatever comes. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';

export interface UnreachableServers extends AsyncDisposable {
  /** Address of a web server. */
  http: string;
  udpPort: number;
  tcpPort: number;
  visits: string[];
}

export async function openServers(): Promise<UnreachableServers> {
  const visits: string[] = [];
  const web = createHttpServer((request, response) => {
    visits.push(`http ${request.url}`);
    response.end();
  });
  web.on('connection', () => visits.push('http connection'));
  // Whoever comes may stay: a connection that ends at once would escape a look at the open sockets.
  const guests: Socket[] = [];
  const tcp = createServer((socket) => {
    visits.push('tcp connection');
    guests.push(socket.on('error', () => undefined));
  });
  const udp = createSocket('udp4', () => visits.push('udp packet'));
  udp.bind(0, '127.0.0.1');
  const [webPort, tcpPort] = await Promise.all([listen(web), listen(tcp), once(udp, 'listening')]);
  return {
    http: `http://127.0.0.1:${webPort}`,
    udpPort: udp.address().port,
    tcpPort,
    visits,
    async [Symbol.asyncDispose]() {
      web.closeAllConnections();
      web.close();
      for (const guest of guests) guest.destroy();
      tcp.close();
      udp.close();
    },
  };
}

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}
