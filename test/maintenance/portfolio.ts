import { Property, Staff, Vendor, WorkOrder } from '../../src/model/records.ts';
import type * as z from 'zod/v4';

/** Small records with everything in order, to be spoilt one field at a time. */
export const aProperty = (change: Partial<z.input<typeof Property>> = {}) =>
  Property.parse({
    id: '12',
    name: 'Elm Court',
    address: { street: '1 Elm St', city: 'Austin', state: 'TX', postal_code: '78701' },
    ...change,
  });

export const aVendor = (change: Partial<z.input<typeof Vendor>> = {}, compliance: object = {}) =>
  Vendor.parse({
    id: 'v1',
    name: 'Pipe & Co',
    trades: ['plumbing'],
    phones: [
      { number: '+15125550100', type: 'work' },
      { number: '+15125550199', type: 'after_hours' },
    ],
    takes_emergencies: true,
    compliance: {
      general_liability_expires: '2027-06-30',
      workers_comp_expires: '2027-06-30',
      licences: [{ trade: 'plumbing', number: 'P-1', state: 'TX', expires: '2027-06-30' }],
      w9_on_file: true,
      ...compliance,
    },
    ...change,
  });

export const aTechnician = (change: Partial<z.input<typeof Staff>> = {}) =>
  Staff.parse({
    id: 't1',
    name: 'Tech One',
    roles: ['technician'],
    trades: ['plumbing'],
    phone: '+15125550111',
    ...change,
  });

export const aWorkOrder = (change: Partial<z.input<typeof WorkOrder>> = {}) =>
  WorkOrder.parse({
    id: '900',
    number: '900',
    property_id: '12',
    unit_id: '301',
    title: 'Leak under sink',
    description: 'Leak under the kitchen sink',
    trade: 'plumbing',
    severity: 'urgent',
    status: 'new',
    entry: 'yes',
    created_at: '2026-11-23T10:00:00.000Z',
    ...change,
  });
