import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { catalogue } from '../tools/catalogue.ts';
import { ROLE_NAMES, ROLES, SCOPES, type Scope } from '../src/grants/scopes.ts';
import { toolCounts } from './listed_tools.ts';

/** The tools by scope, each with its description. */
export function toolTable(): string {
  const rows = catalogue.map(
    ({ name, description, scope, risk }) =>
      `| [\`${name}\`](docs/tools.md#${name}) | ${description} | \`${scope}\` | ${risk} |`,
  );
  return ['| Tool | What it does | Scope | Risk |', '|---|---|---|---|', ...rows].join('\n');
}

/** Which role holds which scope. */
export function roleTable(): string {
  const counts = new Map(toolCounts().map(({ role, tools }) => [role, tools]));
  const head = ROLE_NAMES.map((role) => `\`${role}\``).join(' | ');
  const rows = SCOPES.map((scope) => {
    const held = ROLE_NAMES.map((role) => ((ROLES[role] as readonly Scope[]).includes(scope) ? '✓' : ' '));
    return `| \`${scope}\` | ${held.join(' | ')} |`;
  });
  const sums = ROLE_NAMES.map((role) => counts.get(role)).join(' | ');
  return [
    `| Scope | ${head} |`,
    `|---|${ROLE_NAMES.map(() => ':-:|').join('')}`,
    ...rows,
    `| tools seen | ${sums} |`,
  ].join('\n');
}

/** The configuration that a test loads, so that what the README shows is accepted. */
export function configurationExample(): string {
  const file = resolve(import.meta.dirname, '../docs/caretaker.config.example.json');
  return `\`\`\`json\n${readFileSync(file, 'utf8').trim()}\n\`\`\``;
}
