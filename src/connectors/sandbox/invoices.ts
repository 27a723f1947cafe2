import type { Database } from './database.ts';

/** One invoice number per vendor: upper or lower case and surrounding blanks make no difference, punctuation does. */
export class Invoices {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** The bill that has this number already. */
  holder(vendorId: string, number: string): string | undefined {
    const row = this.#db.get(
      'SELECT bill_id FROM invoice WHERE vendor_id = ? AND number = ?',
      Number(vendorId),
      keyOf(number),
    );
    return row === undefined ? undefined : String(row['bill_id']);
  }

  take(vendorId: string, number: string, billId: string): void {
    this.#db.run(
      'INSERT INTO invoice (vendor_id, number, bill_id) VALUES (?, ?, ?)',
      Number(vendorId),
      keyOf(number),
      Number(billId),
    );
  }

  /** Gives the number back, so that a reversed bill can be entered again. */
  release(billId: string, vendorId: string, number: string): void {
    this.#db.run(
      'DELETE FROM invoice WHERE vendor_id = ? AND number = ? AND bill_id = ?',
      Number(vendorId),
      keyOf(number),
      Number(billId),
    );
  }
}

function keyOf(number: string): string {
  return number.trim().toLowerCase();
}
