/** What a simulator is asked and told about itself, beside the vendor's wire: without an order it only tells. */
export type Ask = <T>(path: string, order?: object) => Promise<T>;

/** The way to the controls of the simulator at a URL. */
export function controlsOf(url: string): Ask {
  return async <T>(path: string, order?: object): Promise<T> => {
    const init = order === undefined ? {} : { method: 'POST', body: JSON.stringify(order) };
    const response = await fetch(`${url}/__simulator/${path}`, init);
    const body = (await response.json()) as T & { error?: string };
    if (!response.ok) throw new Error(`the simulator answered ${response.status}: ${body.error}`);
    return body;
  };
}
