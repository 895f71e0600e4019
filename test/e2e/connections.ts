/**
 * What the app's processes do on the network, seen from outside them:
 * - Chromium writes down itself every request, name look-up and connection of its network code (`--log-net-log`);
 * - Node traces every name look-up and connection that JavaScript in the engine asks its bindings for;
 * - the kernel lists the open sockets of each process, whatever code opened them. That list is read many times, so a
 *   socket that lives for less than a look escapes it: it is the net under the other two, for native code.
 */
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { chmod, readFile, writeFile } from 'node:fs/promises';

/** Milliseconds between two looks at the open sockets. */
const interval = 25;

export interface InternetSocket {
  protocol: string;
  /** In hexadecimal, as the kernel writes them: address and port. */
  local: string;
  remote: string;
}

/** Looks at the open sockets of a process and its descendants, again and again. */
export class SocketWatch {
  readonly #seen = new Map<string, InternetSocket>();
  readonly #timer: NodeJS.Timeout;
  looks = 0;

  constructor(pid: number) {
    this.#timer = setInterval(() => {
      this.looks += 1;
      for (const socket of socketsOf(familyOf(pid))) this.#seen.set(Object.values(socket).join(' '), socket);
    }, interval);
  }

  /** Everything but the test's own way in: sockets that listen on this machine only, and who came in there. */
  get seen(): InternetSocket[] {
    const sockets = [...this.#seen.values()];
    const doors = sockets.filter(({ local, remote }) => isLoopback(local) && /:0000$/.test(remote));
    const ways = new Set(doors.map(({ protocol, local }) => `${protocol} ${local}`));
    return sockets.filter(
      ({ protocol, local, remote }) =>
        !(
          protocol.startsWith('tcp') &&
          ways.has(`${protocol} ${local}`) &&
          (isLoopback(remote) || /^0+:0000$/.test(remote))
        ),
    );
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}

function isLoopback(address: string): boolean {
  return /^0100007F:|^0{24}01000000:/.test(address);
}

function familyOf(pid: number): number[] {
  const children = new Map<number, number[]>();
  for (const entry of readdirSync('/proc')) {
    const status = /^\d+$/.test(entry) ? read(`/proc/${entry}/stat`) : '';
    const parent = Number(/\) \w (\d+)/.exec(status)?.[1]);
    if (parent) children.set(parent, [...(children.get(parent) ?? []), Number(entry)]);
  }
  const family = [pid];
  for (const member of family) family.push(...(children.get(member) ?? []));
  return family;
}

function socketsOf(pids: readonly number[]): InternetSocket[] {
  const inodes = new Set<string>();
  for (const pid of pids) {
    for (const descriptor of list(`/proc/${pid}/fd`)) {
      const inode = /^socket:\[(\d+)\]$/.exec(link(`/proc/${pid}/fd/${descriptor}`))?.[1];
      if (inode) inodes.add(inode);
    }
  }
  return ['tcp', 'tcp6', 'udp', 'udp6', 'raw', 'raw6'].flatMap((protocol) =>
    read(`/proc/net/${protocol}`)
      .split('\n')
      .slice(1)
      .map((line) => line.trim().split(/\s+/))
      .filter((columns) => inodes.has(columns[9] ?? ''))
      .map(([, local = '', remote = '']) => ({ protocol, local, remote })),
  );
}

/** Processes end while they are looked at. */
function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function link(file: string): string {
  try {
    return readlinkSync(file);
  } catch {
    return '';
  }
}

interface NetLog {
  constants: { logEventTypes: Record<string, number> };
  events: { type: number; params?: Record<string, unknown> }[];
}

const onNetwork =
  /^(URL_REQUEST_START_JOB|HOST_RESOLVER_MANAGER_REQUEST|TCP_CONNECT|UDP_CONNECT|SOCKET_CONNECT)$/;

/** What Chromium did on the network, in its order. @param file what it wrote for `--log-net-log`, once it has ended */
export async function chromiumConnections(file: string): Promise<string[]> {
  const { constants, events } = JSON.parse(await readFile(file, 'utf8')) as NetLog;
  const names = new Map(Object.entries(constants.logEventTypes).map(([name, type]) => [type, name]));
  return events.flatMap(({ type, params = {} }) => {
    const name = names.get(type) ?? '';
    const where = params['url'] ?? params['host'] ?? params['address'] ?? params['address_list'];
    return onNetwork.test(name) && where ? [`${name} ${String(where)}`] : [];
  });
}

/** Writes a Node that traces what the scripts it runs do on the network. */
export async function makeTracingNode(file: string, trace: string): Promise<string> {
  const switches = `--trace-event-categories node.net.native,node.dns.native --trace-event-file-pattern '${trace}'`;
  await writeFile(file, `#!/bin/sh\nexec '${process.execPath}' ${switches} "$@"\n`);
  await chmod(file, 0o755);
  return file;
}

interface Trace {
  traceEvents: { ph: string; cat: string; name: string; args: Record<string, unknown> }[];
}

/** The connections and look-ups in a trace. @throws Error when nothing was traced */
export async function nodeConnections(trace: string): Promise<string[]> {
  if (!existsSync(trace)) throw new Error(`${trace} was not written.`);
  const { traceEvents } = JSON.parse(await readFile(trace, 'utf8')) as Trace;
  return traceEvents
    .filter(({ ph, cat }) => ph === 'b' && /node\.(net|dns)/.test(cat))
    .map(({ name, args }) => `${name} ${JSON.stringify(args)}`);
}
