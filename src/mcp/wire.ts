import type { JSONRPCMessage } from '@modelcontextprotocol/server';

/** The members of list results. */
export type ListKey = 'tools' | 'prompts' | 'resources' | 'resourceTemplates';
const LIST_KEYS: readonly ListKey[] = ['tools', 'prompts', 'resources', 'resourceTemplates'];

/** Lists that were written out once, by the identity of their array. */
const written = new WeakMap<object, string>();

/** The result of a list request, whose list is turned into JSON now and not again with each answer. */
export function listResult(key: ListKey, list: readonly object[]): Record<string, unknown> {
  written.set(list, JSON.stringify(list));
  return { [key]: list };
}

/** A message as JSON on one line. */
export function serialise(message: JSONRPCMessage): string {
  if (!('result' in message)) return JSON.stringify(message);
  const { result } = message;
  for (const key of LIST_KEYS) {
    const list = result[key];
    const json = typeof list === 'object' && list !== null ? written.get(list) : undefined;
    if (json === undefined) continue;
    const rest = JSON.stringify({ ...result, [key]: undefined }).slice(1);
    const id = JSON.stringify(message.id);
    return `{"jsonrpc":"2.0","id":${id},"result":{"${key}":${json}${rest === '}' ? '' : ','}${rest}}`;
  }
  return JSON.stringify(message);
}
