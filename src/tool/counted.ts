/** A number with what is counted: "1 unit", "2 units", "no units". */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count === 0 ? 'no' : count} ${count === 1 ? one : many}`;
}

/** The same as the beginning of a sentence. */
export function countedFirst(count: number, one: string, many?: string): string {
  const text = counted(count, one, many);
  return text.charAt(0).toUpperCase() + text.slice(1);
}
