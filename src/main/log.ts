import { randomBytes } from 'node:crypto';
import type { Logger } from 'pino';

/** Everything that may be logged. None of it is personal, secret, or anybody's words. */
export interface LogFields {
  event: string;
  write_id?: string;
  tool?: string;
  where?: string;
  /** Error code of SQLite, PostgreSQL, Node or the closed set. */
  code?: string;
  /** Name of the error's class, and of what caused it. */
  error?: string;
  /** Where in the code it was thrown. */
  at?: string;
  /** What a caller was told to quote. */
  reference?: string;
  count?: number;
}

export interface Log {
  info(fields: LogFields): void;
  /** An error by its name, code and place; its message stays out, because it may hold data. Returns the reference. */
  trouble(event: string, error: unknown, fields?: Omit<LogFields, 'event' | 'error' | 'at' | 'code'>): string;
  /** Writes out what is waiting. */
  flush(): Promise<void>;
}

/** A log on standard error. The logger is loaded with the first entry, so that a quiet start costs nothing. */
export function createLog(): Log {
  let last: Promise<void> = Promise.resolve();
  let logger: Promise<Logger> | undefined;

  function write(level: 'info' | 'error', fields: LogFields): void {
    logger ??= import('pino').then(({ pino }) => pino({ base: null }, pino.destination({ dest: 2, sync: true })));
    last = logger.then((to) => to[level](fields));
  }

  return {
    info: (fields) => write('info', fields),
    trouble(event, error, fields = {}) {
      const reference = `e-${randomBytes(4).toString('hex')}`;
      write('error', { event, ...fields, ...describe(error), reference });
      return reference;
    },
    flush: () => last,
  };
}

function describe(error: unknown): Pick<LogFields, 'error' | 'code' | 'at'> {
  if (!(error instanceof Error)) return { error: typeof error };
  const { code } = error as { code?: unknown };
  const frame = /\n\s+at .*?([^/\\()\s]+\.[cm]?[jt]s:\d+)/.exec(error.stack ?? '')?.[1];
  const cause = error.cause instanceof Error ? ` < ${error.cause.name}` : '';
  return {
    error: `${error.name}${cause}`,
    ...(/^[A-Za-z0-9_-]{1,40}$/.test(String(code ?? '')) && { code: String(code) }),
    ...(frame !== undefined && { at: frame }),
  };
}
