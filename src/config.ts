import { existsSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import * as z from 'zod/v4';
import { ROLLOUTS } from './model/rollout.ts';
import { TRADES } from './model/values.ts';

/** Names that the configuration may use, passed in so that a typing error is found at start. */
export interface KnownNames {
  tools: readonly string[];
  pms: readonly string[];
}

/** A start-up error that names the key at fault. Its message never contains a value taken from the environment. */
export class ConfigError extends Error {
  override name = 'ConfigError';
}

const amount = z
  .string()
  .regex(/^\d{1,8}(\.\d{1,2})?$/, 'write amounts like "250.00"')
  .transform((text) => Math.round(Number(text) * 100));

const hours = z.record(
  z.string().regex(/^(mon|tue|wed|thu|fri|sat|sun)(-(mon|tue|wed|thu|fri|sat|sun))?$/, 'days like "mon-fri"'),
  z.string().regex(/^\d{2}:\d{2}-\d{2}:\d{2}$/, 'hours like "09:00-18:00"'),
);

const workflows = z
  .strictObject({ maintenance: z.enum(ROLLOUTS), leasing: z.enum(ROLLOUTS), accounting: z.enum(ROLLOUTS) })
  .partial()
  .transform((given) => ({ maintenance: 'live', leasing: 'live', accounting: 'live', ...given }) as const);

const connection = z.looseObject({
  id: z.string().regex(/^[a-z0-9_-]{1,32}$/, 'lower-case letters, digits, "-" and "_"'),
  pms: z.string(),
  time_zones: z
    .strictObject({ default: z.string().optional(), properties: z.record(z.string(), z.string()).default({}) })
    .default({ properties: {} }),
  workflows: workflows.prefault({}),
  defaults: z.record(z.string(), z.string()).default({}),
  stale_after_seconds: z.int().positive().default(900),
});

/** Settings of the embedded PMS; other vendors' settings are checked by their own connectors. */
const sandboxSettings = z.strictObject({
  ...connection.shape,
  file: z.string().default('./data/sandbox-pms.db'),
  seed: z.int().nonnegative().default(1),
  properties: z.int().min(1).max(2000).default(6),
  units: z.int().min(1).max(100_000).default(400),
});

const staff = z.strictObject({
  id: z.string(),
  name: z.string(),
  phone: z.string().optional(),
  email: z.string().optional(),
  on_call: z.int().positive().optional(),
  roles: z.array(z.enum(['technician', 'leasing_agent', 'manager', 'bookkeeper'])).default([]),
  trades: z.array(z.enum(TRADES)).default([]),
  property_ids: z.array(z.string()).default([]),
  hours: hours.optional(),
});

const schema = z.strictObject({
  organisation: z.string().min(1).max(200).default('Sandbox Property Management'),
  store: z.string().default('sqlite:./data/caretaker.db'),
  connections: z
    .array(connection)
    .min(1)
    .default(() => [connection.parse({ id: 'sandbox', pms: 'sandbox' })]),
  leasing: z
    .strictObject({
      hours: hours.default({ 'mon-fri': '09:00-18:00', sat: '10:00-16:00' }),
      tour_minutes: z.int().min(10).max(240).default(30),
      buffer_minutes: z.int().min(0).max(240).default(15),
      notice_minutes: z.int().min(0).max(10_080).default(120),
      occupants_per_bedroom: z.int().min(1).max(6).default(2),
      default_source: z.string().default('Other'),
    })
    .prefault({}),
  maintenance: z
    .strictObject({
      no_heat_below_f: z.int().default(50),
      no_cooling_above_f: z.int().default(90),
      lockout: z.enum(['emergency', 'urgent', 'routine']).default('urgent'),
      no_hot_water: z.enum(['emergency', 'urgent']).default('urgent'),
      refrigerator: z.enum(['emergency', 'urgent']).default('urgent'),
      after_hours: z
        .string()
        .regex(/^\d{2}:\d{2}-\d{2}:\d{2}$/)
        .default('18:00-08:00'),
    })
    .prefault({}),
  staff: z.array(staff).default([]),
  http: z
    .strictObject({
      host: z.string().default('127.0.0.1'),
      port: z.int().min(0).max(65_535).default(8710),
      public_url: z.url({ protocol: /^https?$/ }).optional(),
    })
    .prefault({}),
  policy: z
    .strictObject({
      nte_default: amount.default(50_000),
      emergency_limit: amount.default(250_000),
      approval_hours: z.int().min(1).max(720).default(72),
      duplicate_hours: z.int().min(0).max(720).default(24),
      write_wait_seconds: z.int().min(0).max(120).default(10),
      compliance_max_age_hours: z.int().min(0).max(168).default(24),
      limits: z.record(z.string(), z.strictObject({ call: amount, day: amount })).default({}),
      notify: z.strictObject({ url: z.url({ protocol: /^https?$/ }), secret: z.string().min(16) }).optional(),
    })
    .prefault({}),
});

type Parsed = z.output<typeof schema>;
export type SandboxSettings = z.output<typeof sandboxSettings>;
export type ConnectionSettings = z.output<typeof connection>;

export interface Config extends Omit<Parsed, 'connections'> {
  connections: readonly ConnectionSettings[];
  /** Folder that relative paths in the file are taken from. */
  base: string;
  /** True where every connection is the embedded PMS: only then roles and missing key rings are allowed. */
  sandboxOnly: boolean;
}

/** The settings of an embedded connection, checked; throws `ConfigError` naming the key. */
export function sandboxSettingsOf(settings: ConnectionSettings): SandboxSettings {
  return check(sandboxSettings, settings, `connections.${settings.id}`);
}

/** A connection's settings by its vendor's own schema; throws `ConfigError` naming the key. */
export function checkSettings<T extends z.ZodType>(type: T, settings: ConnectionSettings): z.output<T> {
  return check(type, settings, `connections.${settings.id}`);
}

/**
 * Reads the configuration: `file` where given, else `caretaker.config.json` in `cwd` where it exists, else the embedded
 * default. `${NAME}` in a string takes its value from the environment. Throws `ConfigError` that names the key.
 */
export function loadConfig(
  options: { file?: string; cwd: string; environment: NodeJS.ProcessEnv },
  known: KnownNames,
): Config {
  const usual = resolve(options.cwd, 'caretaker.config.json');
  const file =
    options.file === undefined ? (existsSync(usual) ? usual : undefined) : resolve(options.cwd, options.file);
  const raw = file === undefined ? {} : readJson(file);
  const parsed = check(schema, fillIn(raw, options.environment, ''), '');
  const ids = new Set<string>();
  for (const [index, one] of parsed.connections.entries()) {
    const at = `connections.${index}`;
    if (ids.has(one.id)) throw new ConfigError(`${at}.id: "${one.id}" is used twice; every connection needs its own`);
    ids.add(one.id);
    if (!known.pms.includes(one.pms))
      throw new ConfigError(`${at}.pms: "${one.pms}" is not known; known are ${known.pms.join(', ')}`);
    if (one.pms === 'sandbox') sandboxSettingsOf(one);
    for (const zone of [one.time_zones.default, ...Object.values(one.time_zones.properties)])
      if (zone !== undefined && !isTimeZone(zone))
        throw new ConfigError(`${at}.time_zones: "${zone}" is not an IANA time zone such as America/Chicago`);
  }
  for (const tool of Object.keys(parsed.policy.limits))
    if (!known.tools.includes(tool)) throw new ConfigError(`policy.limits.${tool}: there is no tool of this name`);
  return {
    ...parsed,
    base: file === undefined ? options.cwd : dirname(file),
    sandboxOnly: parsed.connections.every((one) => one.pms === 'sandbox'),
  };
}

function readJson(file: string): unknown {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    throw new ConfigError(`cannot read the configuration file ${file}`);
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ConfigError(`${file} is not JSON: ${(error as SyntaxError).message.replace(/, ".*$/s, '')}`);
  }
}

function fillIn(value: unknown, environment: NodeJS.ProcessEnv, path: string): unknown {
  if (typeof value === 'string')
    return value.replace(/\$\{([A-Za-z0-9_]+)\}/g, (_all, name: string) => {
      const found = environment[name];
      if (found === undefined || found === '')
        throw new ConfigError(`${path}: the environment variable ${name} is not set`);
      return found;
    });
  if (Array.isArray(value)) return value.map((item, index) => fillIn(item, environment, join(path, String(index))));
  if (value !== null && typeof value === 'object')
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [key, fillIn(inner, environment, join(path, key))]),
    );
  return value;
}

function check<T extends z.ZodType>(type: T, value: unknown, at: string): z.output<T> {
  const result = type.safeParse(value);
  if (result.success) return result.data;
  const lines = result.error.issues.map((issue) => {
    const path = join(at, issue.path.join('.'));
    if (issue.code === 'unrecognized_keys')
      return `${path === '' ? 'the top level' : path}: unknown key ${issue.keys.map((key) => `"${key}"`).join(', ')}`;
    return `${path}: ${issue.message}`;
  });
  throw new ConfigError(lines.join('\n'));
}

function join(path: string, key: string): string {
  if (path === '') return key;
  return key === '' ? path : `${path}.${key}`;
}

function isTimeZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en-US', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}
