import { catalogue } from '../tools/catalogue.ts';
import { SCOPES } from '../src/grants/scopes.ts';
import { RECORD_KINDS, SEALED_FIELDS } from '../src/model/records.ts';

/** The tools of each scope, with the risk where it is more than reading. */
export function scopeTable(): string {
  const rows = SCOPES.map((scope) => {
    const tools = catalogue.filter((tool) => tool.scope === scope);
    const names = tools.map(({ name, risk }) => `\`${name}\`${risk === 'read' ? '' : ` (${risk})`}`);
    return `| \`${scope}\` | ${names.join(', ') || 'no tool; the command line asks for it'} |`;
  });
  return ['| Scope | Tools |', '|---|---|', ...rows].join('\n');
}

/** The fields of each kind of record that are encrypted in the mirror. */
export function sealedTable(): string {
  const rows = RECORD_KINDS.map((kind) => {
    const sealed = (SEALED_FIELDS[kind] ?? []).map((field) => `\`${field}\``);
    return `| \`${kind}\` | ${sealed.join(', ') || 'none'} |`;
  });
  return ['| Record | Encrypted fields |', '|---|---|', ...rows].join('\n');
}
