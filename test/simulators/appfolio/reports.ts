import { jsonAnswer, type Answer, type SimRequest } from '../shared/message.ts';
import type { World } from '../shared/vendor.ts';
import { errorAnswer } from './errors.ts';
import type { AppfolioTables } from './tables.ts';

const PAGE = 5_000;

/** A page of the vendor directory; further pages are asked for with the same POST at the address that is given. */
export function vendorDirectory(request: SimRequest, { tables }: World<AppfolioTables>): Answer {
  let filters: unknown;
  try {
    filters = JSON.parse(request.body.toString('utf8'));
  } catch {
    return errorAnswer(400, 'The body is not JSON.');
  }
  if (filters === null || typeof filters !== 'object') return errorAnswer(400, 'The body is no object.');
  const size = Math.min(tables.account.get(1)?.PageCap ?? PAGE, PAGE);
  const number = Number(request.query.find(([key]) => key === 'page')?.[1] ?? 1);
  const rows = tables.directory.rows();
  const results = rows.slice((number - 1) * size, number * size).map(({ Id: _id, ...row }) => row);
  const isLast = number * size >= rows.length;
  return jsonAnswer(200, { results, next_page_url: isLast ? null : `${request.path}?page=${number + 1}` });
}
