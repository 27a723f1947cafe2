import type { XmlElement } from '../../kit/xml_builder.ts';
import { element } from '../../kit/xml_builder.ts';
import { documentRoot, fieldsInOrder } from '../documents.ts';
import type { YardiCall } from '../transport.ts';
import type { ServiceRequest } from '../wire.ts';

/**
 * What is sent of a work order, in the order in which answers have it; the order that is read was not seen. The history
 * and who did what are the server's own.
 */
const FIELDS = [
  'ServiceRequestId',
  'Origin',
  'PropertyCode',
  'UnitCode',
  'TenantCode',
  'VendorCode',
  'ServiceRequestBriefDescription',
  'ServiceRequestFullDescription',
  'Priority',
  'Category',
  'SubCategory',
  'HasPermissionToEnter',
  'AccessNotes',
  'ProblemDescriptionNotes',
  'TechnicianNotes',
  'TenantCaused',
  'RequestorName',
  'RequestorPhoneNumber',
  'RequestorEmail',
  'ServiceRequestDate',
  'CurrentStatus',
] as const;

/** The call that creates a work order, or with a `ServiceRequestId` edits one. */
export function serviceRequestCall(property: string, values: Readonly<Record<string, unknown>>): YardiCall {
  const given = Object.fromEntries(
    Object.entries(values).filter(([, value]) => typeof value === 'string' || value === undefined),
  );
  const request = element('ServiceRequest', {}, ...fieldsInOrder(FIELDS, given));
  const ServiceRequestXml: XmlElement = documentRoot('ServiceRequests', request);
  return {
    service: 'service_requests',
    name: 'CreateOrEditServiceRequests',
    parameters: { YardiPropertyId: property, ServiceRequestXml },
  };
}

/** A field of a work order as text, also where the server leaves it out. */
export function fieldOf(request: ServiceRequest, name: string): string {
  const value = request[name];
  return typeof value === 'string' ? value.trim() : '';
}
