import type {
  KyselyPlugin,
  PluginTransformQueryArgs,
  PluginTransformResultArgs,
  UnknownRow,
  QueryResult,
} from 'kysely';

const CHANGES = new Set(['InsertQueryNode', 'UpdateQueryNode', 'DeleteQueryNode', 'MergeQueryNode']);

/** Refuses changes outside of a transaction where the engine would let them pass; SQLite's reader refuses by itself. */
export const readOnly: KyselyPlugin = {
  transformQuery({ node }: PluginTransformQueryArgs) {
    if (CHANGES.has(node.kind)) throw new Error('a change outside of a transaction: this is a readonly database');
    return node;
  },
  async transformResult({ result }: PluginTransformResultArgs): Promise<QueryResult<UnknownRow>> {
    return result;
  },
};
