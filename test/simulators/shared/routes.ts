import type { Answer, SimRequest } from './message.ts';
import type { Tables } from './table.ts';
import type { Call, World } from './vendor.ts';

/** One address of a REST vendor. */
export interface Route<T extends Tables> {
  method: string;
  /** `/v1/leases/{leaseId}/charges`; everything but the parameters is compared case-sensitively. */
  path: string;
  /** The name under which it is counted and chosen for faults. */
  operation: string;
  write: boolean;
  handle(request: SimRequest, world: World<T>, params: Readonly<Record<string, string>>): Answer;
}

interface Node<T extends Tables> {
  literal: Map<string, Node<T>>;
  parameter?: Node<T>;
  routes: Map<string, Route<T>>;
}

const makeNode = <T extends Tables>(): Node<T> => ({ literal: new Map(), routes: new Map() });

/** What a table of routes says to a request: the route, or the methods that the address has, or nothing. */
export type Found<T extends Tables> = { call: Call<T>; route: Route<T> } | { methods: string[] } | undefined;

/** Finds the route of a request. Where a literal and a parameter both fit, the literal does. */
export function routeTable<T extends Tables>(routes: readonly Route<T>[]): (request: SimRequest) => Found<T> {
  const root = makeNode<T>();
  for (const route of routes) {
    let node = root;
    for (const segment of segmentsOf(route.path)) {
      if (segment.startsWith('{')) node = node.parameter ??= makeNode();
      else node = entryOf(node.literal, segment);
    }
    if (node.routes.has(route.method)) throw new RangeError(`two routes for ${route.method} ${route.path}`);
    node.routes.set(route.method, route);
  }
  return (request) => {
    const segments = segmentsOf(request.path);
    const node = walk(root, segments, 0);
    if (node === undefined) return undefined;
    const route = node.routes.get(request.method);
    if (route === undefined) return { methods: [...node.routes.keys()] };
    const { operation, write } = route;
    const params = paramsOf(route.path, segments);
    return { route, call: { operation, write, handle: (world) => route.handle(request, world, params) } };
  };
}

function segmentsOf(path: string): string[] {
  return path.split('/').slice(1);
}

function entryOf<T extends Tables>(nodes: Map<string, Node<T>>, segment: string): Node<T> {
  const node = nodes.get(segment) ?? makeNode<T>();
  nodes.set(segment, node);
  return node;
}

function walk<T extends Tables>(node: Node<T>, segments: readonly string[], at: number): Node<T> | undefined {
  const segment = segments[at];
  if (segment === undefined) return node.routes.size > 0 ? node : undefined;
  const literal = node.literal.get(segment);
  const found = literal && walk(literal, segments, at + 1);
  if (found !== undefined || node.parameter === undefined || segment === '') return found;
  return walk(node.parameter, segments, at + 1);
}

function paramsOf(path: string, segments: readonly string[]): Record<string, string> {
  const names = segmentsOf(path);
  return Object.fromEntries(
    names.flatMap((name, at) =>
      name.startsWith('{') ? [[name.slice(1, -1), decoded(segments[at] as string)] as const] : [],
    ),
  );
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
