/** Does work on the numbers from 0 to below `count`, `width` of them at a time. Returns the results in order. */
export async function inFlight<T>(width: number, count: number, work: (number: number) => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  let next = 0;
  async function worker(): Promise<void> {
    while (next < count) {
      const number = next++;
      results[number] = await work(number);
    }
  }
  await Promise.all(Array.from({ length: width }, worker));
  return results;
}
