import { describe, expect, it } from 'vitest';
import { readWsdl } from '../../../src/connectors/kit/wsdl.ts';
import { wsdlOf } from '../../simulators/soap/contract.ts';
import { GUEST_CARDS } from '../../simulators/soap/guest_cards.ts';

/** As an `.asmx` service describes itself: three bindings, parameters in the operation's element, other prefixes. */
const ASMX = `<?xml version="1.0" encoding="utf-8"?>
<definitions xmlns="http://schemas.xmlsoap.org/wsdl/" xmlns:xs="http://www.w3.org/2001/XMLSchema"
    xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/" xmlns:soap12="http://schemas.xmlsoap.org/wsdl/soap12/"
    xmlns:http="http://schemas.xmlsoap.org/wsdl/http/" xmlns:n="urn:x" targetNamespace="urn:x">
  <types><xs:schema elementFormDefault="qualified" targetNamespace="urn:x">
    <xs:element name="Ping"><xs:complexType/></xs:element>
    <xs:element name="ImportDoc"><xs:complexType><xs:sequence>
      <xs:element minOccurs="0" maxOccurs="1" name="UserName" type="xs:string"/>
      <xs:element minOccurs="1" maxOccurs="1" name="Days" type="xs:int"/>
      <xs:element minOccurs="0" maxOccurs="1" name="XmlDoc"><xs:complexType mixed="true"><xs:sequence><xs:any/></xs:sequence></xs:complexType></xs:element>
      <xs:element minOccurs="0" maxOccurs="1" name="Ids" type="n:ArrayOfString"/>
    </xs:sequence></xs:complexType></xs:element>
    <xs:complexType name="ArrayOfString"><xs:sequence>
      <xs:element minOccurs="0" maxOccurs="unbounded" name="string" nillable="true" type="xs:string"/>
    </xs:sequence></xs:complexType>
  </xs:schema></types>
  <message name="PingSoapIn"><part name="parameters" element="n:Ping"/></message>
  <message name="ImportDocSoapIn"><part name="parameters" element="n:ImportDoc"/></message>
  <message name="ImportDocHttpPostIn"><part name="UserName" type="xs:string"/><part name="Days" type="xs:string"/></message>
  <portType name="DocsSoap">
    <operation name="Ping"><input message="n:PingSoapIn"/></operation>
    <operation name="ImportDoc"><input message="n:ImportDocSoapIn"/></operation>
  </portType>
  <portType name="DocsHttpPost"><operation name="ImportDoc"><input message="n:ImportDocHttpPostIn"/></operation></portType>
  <binding name="DocsHttpPost" type="n:DocsHttpPost"><http:binding verb="POST"/>
    <operation name="ImportDoc"><http:operation location="/ImportDoc"/></operation></binding>
  <binding name="DocsSoap12" type="n:DocsSoap"><soap12:binding transport="http://schemas.xmlsoap.org/soap/http"/>
    <operation name="ImportDoc"><soap12:operation soapAction="urn:not-this-one" style="document"/></operation></binding>
  <binding name="DocsSoap" type="n:DocsSoap"><soap:binding transport="http://schemas.xmlsoap.org/soap/http"/>
    <operation name="Ping"><soap:operation soapAction="urn:x/Ping" style="document"/></operation>
    <operation name="ImportDoc"><soap:operation soapAction="urn:x/ImportDoc" style="document"/></operation></binding>
</definitions>`;

/** As WCF describes itself: data contracts in schemas of their own, types that inherit, and one that goes in a circle. */
const WCF = `<wsdl:definitions xmlns:wsdl="http://schemas.xmlsoap.org/wsdl/" xmlns:xs="http://www.w3.org/2001/XMLSchema"
    xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/" xmlns:tns="http://tempuri.org/" xmlns:d="urn:data"
    targetNamespace="http://tempuri.org/">
  <wsdl:types>
    <xs:schema targetNamespace="urn:data" elementFormDefault="qualified">
      <xs:element name="insertprospect"><xs:complexType><xs:sequence><xs:element name="wrong" type="xs:string"/></xs:sequence></xs:complexType></xs:element>
      <xs:complexType name="AuthDTO"><xs:all><xs:element name="pmcid" type="xs:string"/><xs:element name="siteid" type="xs:string"/></xs:all></xs:complexType>
      <xs:complexType name="LongAuthDTO"><xs:complexContent mixed="false"><xs:extension base="d:AuthDTO"><xs:sequence>
        <xs:element name="password" minOccurs="0" type="xs:string"/></xs:sequence></xs:extension></xs:complexContent></xs:complexType>
      <xs:complexType name="Circle"><xs:complexContent><xs:extension base="d:Circle"><xs:sequence>
        <xs:element name="own" type="xs:string"/></xs:sequence></xs:extension></xs:complexContent></xs:complexType>
    </xs:schema>
    <xs:schema targetNamespace="http://tempuri.org/" elementFormDefault="qualified">
      <xs:element name="insertprospect"><xs:complexType><xs:sequence>
        <xs:element name="auth" nillable="true" type="d:AuthDTO"/>
        <xs:element ref="d:guestcard" minOccurs="0"/>
        <xs:element name="phones" maxOccurs="3"><xs:complexType><xs:choice><xs:element name="home" type="xs:string"/><xs:any minOccurs="0"/></xs:choice></xs:complexType></xs:element>
        <xs:element name="when"><xs:complexType><xs:sequence><xs:element name="day" type="xs:int"/></xs:sequence></xs:complexType></xs:element>
      </xs:sequence></xs:complexType></xs:element>
      <xs:element name="getsites" type="d:LongAuthDTO"/>
    </xs:schema>
  </wsdl:types>
  <wsdl:message name="In1"><wsdl:part name="parameters" element="tns:insertprospect"/></wsdl:message>
  <wsdl:message name="In2"><wsdl:part name="parameters" element="tns:getsites"/></wsdl:message>
  <wsdl:message name="In3"><wsdl:part name="parameters" element="d:elsewhere"/></wsdl:message>
  <wsdl:portType name="I">
    <wsdl:operation name="insertprospect"><wsdl:input message="tns:In1"/></wsdl:operation>
    <wsdl:operation name="getsites"><wsdl:input message="tns:In2"/></wsdl:operation>
    <wsdl:operation name="getunitlist"><wsdl:input message="tns:In3"/></wsdl:operation>
  </wsdl:portType>
  <wsdl:binding name="B" type="tns:I"><soap:binding transport="http://schemas.xmlsoap.org/soap/http"/>
    <wsdl:operation name="insertprospect"><soap:operation soapAction="http://tempuri.org/I/insertprospect"/></wsdl:operation>
    <wsdl:operation name="getsites"><soap:operation soapAction="http://tempuri.org/I/getsites"/></wsdl:operation>
    <wsdl:operation name="getunitlist"><soap:operation soapAction="http://tempuri.org/I/getunitlist"/></wsdl:operation>
  </wsdl:binding>
</wsdl:definitions>`;

const plain = { optional: false, list: false };

describe('a contract of an .asmx service', () => {
  const wsdl = readWsdl(ASMX);

  it('has the operations of its SOAP 1.1 binding, each once', () => {
    expect(wsdl.target_namespace).toBe('urn:x');
    expect(wsdl.operations.map(({ name, action }) => [name, action])).toEqual([
      ['Ping', 'urn:x/Ping'],
      ['ImportDoc', 'urn:x/ImportDoc'],
    ]);
  });

  it('has parameters in their order, with their types', () => {
    expect(wsdl.operation('ImportDoc')?.parameters).toEqual([
      { name: 'UserName', type: 'string', optional: true, list: false },
      { name: 'Days', type: 'int', ...plain },
      { name: 'XmlDoc', type: 'any', optional: true, list: false },
      { name: 'Ids', type: 'ArrayOfString', optional: true, list: false },
    ]);
    expect(wsdl.operation('Ping')?.parameters).toEqual([]);
    expect(wsdl.type('ArrayOfString')).toEqual([{ name: 'string', type: 'string', optional: true, list: true }]);
  });

  it('is asked for operations in any case, and has none that is not in it', () => {
    expect(wsdl.operation('IMPORTDOC')?.name).toBe('ImportDoc');
    expect([wsdl.operation('ImportDocs'), wsdl.operation('toString'), wsdl.type('string')]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });
});

describe('a contract of WCF', () => {
  const wsdl = readWsdl(WCF);

  it('has the parameters of the element in its own namespace', () => {
    expect(wsdl.operation('InsertProspect')?.parameters).toEqual([
      { name: 'auth', type: 'AuthDTO', ...plain },
      { name: 'guestcard', type: undefined, optional: true, list: false },
      { name: 'phones', type: 'any', optional: false, list: true },
      { name: 'when', type: undefined, ...plain, fields: [{ name: 'day', type: 'int', ...plain }] },
    ]);
  });

  it('has what a type inherits before what it adds', () => {
    const names = wsdl.type('LongAuthDTO')?.map(({ name, optional }) => [name, optional]);
    expect(names).toEqual([
      ['pmcid', false],
      ['siteid', false],
      ['password', true],
    ]);
    expect(wsdl.operation('getsites')?.parameters).toEqual(wsdl.type('LongAuthDTO'));
    expect(wsdl.type('Circle')?.map(({ name }) => name)).toEqual(['own']);
  });

  it('says that it does not know parameters whose schema is elsewhere', () => {
    expect(wsdl.operation('getunitlist')).toEqual({
      name: 'getunitlist',
      action: 'http://tempuri.org/I/getunitlist',
      parameters: undefined,
    });
  });
});

describe('a contract', () => {
  it('is read as the simulators publish it', () => {
    const wsdl = readWsdl(wsdlOf(GUEST_CARDS, 'http://127.0.0.1/GuestCards.asmx'));
    expect(wsdl.target_namespace).toBe(GUEST_CARDS.namespace);
    const spoken = wsdl.operations.map(({ name, parameters }) => [name, parameters?.map((one) => one.name)]);
    expect(spoken).toEqual(
      GUEST_CARDS.operations.map(({ name, parameters }) => [name, parameters.map((one) => one.name)]),
    );
    expect(wsdl.type('AuthDTO')?.map(({ name }) => name)).toEqual(['pmcid', 'siteid', 'licensekey']);
  });

  it.each([
    ['a page', '<html><body/></html>', 'unexpected'],
    ['WSDL 2.0', '<description xmlns="http://www.w3.org/ns/wsdl"/>', 'unexpected'],
    ['definitions of something else', '<definitions xmlns="urn:x"/>', 'unexpected'],
    ['nothing', '', 'malformed'],
    ['a document type', `<!DOCTYPE definitions>${ASMX.slice(ASMX.indexOf('<definitions'))}`, 'declarations'],
  ])('is not %s', (_what, text, reason) => {
    expect(() => readWsdl(text)).toThrow(expect.objectContaining({ name: 'XmlError', reason }));
  });

  it('may be empty, or name what it does not have', () => {
    const within = (content: string) =>
      readWsdl(
        `<definitions xmlns="http://schemas.xmlsoap.org/wsdl/" xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/">${content}</definitions>`,
      );
    expect(within('').operations).toEqual([]);
    const binding =
      '<binding type="x:No"><operation name="A"><soap:operation soapAction=""/></operation><operation name="B"/></binding>';
    expect(within(binding).operations).toEqual([{ name: 'A', action: '', parameters: undefined }]);
  });
});
