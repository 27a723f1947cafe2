import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Grant } from '../grants/grant.ts';
import type { Host } from '../mcp/host.ts';
import { firstKeysText } from './first_keys.ts';
import { commonOptions, type CommonOptions, grantFor, inSession, roleOption, type Session } from './session.ts';

interface ServeOptions extends CommonOptions {
  stdio?: boolean;
  http?: boolean;
  role?: string;
  host?: string;
  port?: number;
}

export function define(command: Command): void {
  roleOption(commonOptions(command))
    .addOption(new Option('--stdio', 'over standard input and output').conflicts('http'))
    .addOption(new Option('--http', 'over Streamable HTTP (default)').conflicts('role'))
    .addOption(new Option('--host <host>', 'address to listen on').conflicts('stdio'))
    .addOption(new Option('--port <port>', 'port to listen on').argParser(portOf).conflicts('stdio'))
    .action((options: ServeOptions) =>
      inSession(options, (session) =>
        options.stdio === true ? serveStdio(session, options.role) : serveHttp(session, options),
      ),
    );
}

function portOf(text: string): number {
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port <= 65_535) return port;
  throw new InvalidArgumentError('A port is a number from 0 to 65535.');
}

async function serveStdio({ caretaker, signal }: Session, role: string | undefined): Promise<void> {
  const grant = await grantFor(caretaker, role);
  const { runStdio } = await import('../mcp/stdio.ts');
  const host = grant.from_role ? caretaker.host : whileKeyHolds(caretaker.host, grant);
  const report = (error: unknown, where: string) => void caretaker.log.trouble('mcp', error, { where });
  await runStdio({ host, grant, report, signal });
}

/**
 * A connection over stdio lasts for days, and its key may be revoked meanwhile: it is asked for with every call, which
 * costs nothing while the answer is fresh.
 */
function whileKeyHolds(host: Host<Grant>, grant: Grant): Host<Grant> {
  const holds = async () => (await host.authenticate(process.env['CARETAKER_API_KEY'])) === grant;
  return {
    ...host,
    async call(asked, name, args, options) {
      if (await holds()) return host.call(asked, name, args, options);
      const error = {
        code: 'not_permitted',
        message: 'The key of this connection was changed, has expired or was revoked. Nothing was changed.',
        next: 'a person has to restart this connection with a key that holds',
      };
      return { structured: { error }, text: `${error.code}: ${error.message}`, isError: true };
    },
    async readResource(asked, uri, options) {
      return (await holds()) ? host.readResource(asked, uri, options) : undefined;
    },
  };
}

async function serveHttp({ caretaker, output, signal }: Session, options: ServeOptions): Promise<void> {
  const { config, host, log } = caretaker;
  const { startHttp } = await import('../http/app.ts');
  const { keys } = await caretaker.engine();
  await keys.checkStored();
  const app = await startHttp({
    host,
    listen: { host: options.host ?? config.http.host, port: options.port ?? config.http.port },
    scopes: ['portfolio:read'],
    report: (error, where) => void log.trouble('http', error, { where }),
    ...(config.http.public_url !== undefined && { publicUrl: config.http.public_url }),
  });
  const url = `${config.http.public_url ?? app.url}/mcp`;
  try {
    // Only now that the address is taken: keys that nobody was shown would lock everybody out.
    const first = await keys.createFirstKeys();
    caretaker.startBackground();
    const made = first && { person_key: first.person.key, agent_key: first.agent.key };
    output.result(
      { url, ...made },
      [`Caretaker serves MCP at ${url}`, ...(first ? [firstKeysText(url, first)] : [])].join('\n'),
    );
    await new Promise<void>((resolve) => {
      if (signal.aborted) return resolve();
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
  } finally {
    await app.close();
  }
}
