import { element, type XmlElement } from '../kit/xml_builder.ts';

/**
 * Documents that go into a request as element content. They are in no namespace, which their root has to say: the
 * operation that they stand in has one.
 */
export function documentRoot(name: string, ...children: readonly XmlElement[]): XmlElement {
  return element(name, { xmlns: '' }, ...children);
}

/** Elements with what is defined of `values`, in the order of `names`. An empty text is an empty element. */
export function fieldsInOrder(names: readonly string[], values: Readonly<Record<string, unknown>>): XmlElement[] {
  return names.flatMap((name) => {
    const value = values[name];
    if (value === undefined || value === null) return [];
    return [element(name, {}, ...(value === '' ? [] : [String(value)]))];
  });
}
