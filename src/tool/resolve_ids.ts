import { CaretakerError } from '../model/errors.ts';
import type { RecordKind } from '../model/records.ts';
import type { Call } from '../tool.ts';
import { propertyOf } from './granted_records.ts';
import { RECORD_PARAMS } from './params.ts';

/**
 * Resolves every record that a call names, before the tool runs: what does not exist under the grant is `not_found`,
 * and what belongs to another property than the `property_id` of the same call is `invalid_input`.
 */
export async function resolveIds(call: Call, input: Record<string, unknown>): Promise<void> {
  const propertyId = typeof input['property_id'] === 'string' ? input['property_id'] : undefined;
  const property = propertyId === undefined ? undefined : await call.records.get('property', propertyId, 'property_id');
  for (const [field, ref] of namedRecords(input)) {
    const kind = RECORD_PARAMS[field.replace(/^.*\./, '')] as RecordKind;
    if (field === 'property_id') continue;
    const found = await call.records.get(kind, ref, field);
    if (property === undefined || field.includes('.')) continue;
    const owner = propertyOf(kind, found.record);
    if (owner !== undefined && (owner !== property.record.id || found.connection !== property.connection))
      throw new CaretakerError('invalid_input', `${field} does not belong to this property. Nothing was changed.`, {
        field,
        next: 'search_portfolio or get_unit for the right one',
      });
  }
}

function* namedRecords(input: Record<string, unknown>, prefix = ''): Generator<[field: string, ref: string]> {
  for (const [name, value] of Object.entries(input)) {
    const field = `${prefix}${name}`;
    if (name in RECORD_PARAMS) {
      if (typeof value === 'string') yield [field, value];
      else if (Array.isArray(value)) for (const one of value) if (typeof one === 'string') yield [field, one];
    } else if (name === 'lines' && Array.isArray(value)) {
      for (const [index, line] of value.entries())
        yield* namedRecords(line as Record<string, unknown>, `${field}.${index}.`);
    }
  }
}
