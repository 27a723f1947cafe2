import type { Compilable, CompiledQuery, Kysely, QueryResult } from 'kysely';

/** Stands in a query for an argument that is given with each run. */
class Slot {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

/** Names an argument inside of a query; the driver is given its value in that place. */
export type Argument<Args> = <Name extends keyof Args & string>(name: Name) => Args[Name];

export type PreparedQuery<Tables, Args, Row> = (db: Kysely<Tables>, args: Args) => Promise<QueryResult<Row>>;

/**
 * Makes a query that is built and compiled once per engine instead of with every run, which costs more than a small
 * query itself. For the few queries that every change makes.
 */
export function prepared<Args extends object>() {
  const argument: Argument<Args> = <Name extends keyof Args & string>(name: Name) => new Slot(name) as Args[Name];

  return <Tables, Row>(
    build: (db: Kysely<Tables>, argument: Argument<Args>) => Compilable<Row>,
  ): PreparedQuery<Tables, Args, Row> => {
    const compiled = new WeakMap<object, CompiledQuery<Row>>();
    return async (db, args) => {
      const engine = db.getExecutor().adapter.constructor;
      let query = compiled.get(engine);
      if (query === undefined) compiled.set(engine, (query = build(db, argument).compile() as CompiledQuery<Row>));
      const parameters = query.parameters.map((one) => (one instanceof Slot ? args[one.name as keyof Args] : one));
      return db.executeQuery({ ...query, parameters });
    };
  };
}

/** Values of a query whose text depends on which of them there are. */
export type Values = Readonly<Record<string, unknown>>;

/** Shapes kept prepared; lists of any length make many. */
const SHAPES_KEPT = 300;

/** Prepared queries of one kind by their shape: equal shapes must build equal texts. */
export function preparedByShape<Tables, Row>() {
  const known = new Map<string, PreparedQuery<Tables, Values, Row>>();
  return (
    shape: string,
    build: (db: Kysely<Tables>, argument: Argument<Values>) => Compilable<Row>,
  ): PreparedQuery<Tables, Values, Row> => {
    let query = known.get(shape);
    if (query !== undefined) return query;
    if (known.size >= SHAPES_KEPT) known.clear();
    query = prepared<Values>()(build);
    known.set(shape, query);
    return query;
  };
}

/** One query for each set of columns that it is given values for; the code has only a handful of each. */
export function perColumns<Tables, Row>(
  build: (db: Kysely<Tables>, slots: Values, argument: Argument<Values>) => Compilable<Row>,
): (values: object) => PreparedQuery<Tables, Values, Row> {
  const queries = preparedByShape<Tables, Row>();
  return (values) => {
    const columns = Object.keys(values);
    return queries(columns.join(), (db, argument) =>
      build(db, Object.fromEntries(columns.map((column) => [column, argument(column)])), argument),
    );
  };
}
