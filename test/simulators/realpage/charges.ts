import { child, text } from '../../../src/connectors/kit/xml.ts';
import { element } from '../../../src/connectors/kit/xml_builder.ts';
import { bare, DATE, operation, refuse, texts } from './calls.ts';
import { keyOf } from './tables.ts';

export const CHARGES = [
  operation(
    'postsinglecharge',
    [
      {
        name: 'postsinglecharge',
        type: texts(
          ...[
            'residentid',
            'transdate',
            'transamt',
            'transname',
            'transdesc',
            'docno',
            'transactionbatchid',
            'batchnumber',
          ],
        ),
      },
    ],
    (call, { tables, site, wrote }) => {
      const asked = child(call, 'postsinglecharge');
      const [household = '', date = '', amount = '', code = '', description = ''] = [
        'residentid',
        'transdate',
        'transamt',
        'transname',
        'transdesc',
      ].map((name) => text(asked, name));
      if (tables.residents.where('household', keyOf(site, household)).length === 0)
        refuse('The resident is not of this site.');
      if (!DATE.test(date)) refuse('The date is not one.');
      if (!/^\d+(\.\d{1,2})?$/.test(amount) || Number(amount) === 0) refuse('The amount is not one.');
      if (!/^[A-Z0-9]{1,12}$/.test(code)) refuse('The transaction code is not of this site.');
      const line = tables.lines.size + 1;
      tables.lines.insert({
        ...{ site, line, reshid: household, TransDate: `${date}T00:00:00`, TrancName: code, TrancDesc: description },
        Amt: Number(amount).toFixed(2),
      });
      wrote.push({ record: 'lines', id: String(line) });
      return [bare('PostSingleCharge', element('Status', {}, 'Success'))];
    },
  ),
];
