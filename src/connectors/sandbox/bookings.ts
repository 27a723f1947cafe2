import type { Database } from './database.ts';

interface Booking {
  tour_id: string;
  unit_id: string;
  agent_id: string | undefined;
  start: string;
  end: string;
}

/** The PMS's calendar: which unit and which agent is taken when. */
export class Bookings {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** What stands in the way of a booking: its unit or its agent is taken in a part of the time by another tour. */
  clash(booking: Booking): 'unit_id' | 'agent_id' | undefined {
    const taken = (column: 'unit_id' | 'agent_id', id: string) =>
      this.#db.get(
        `SELECT 1 AS taken FROM booking WHERE ${column} = ? AND start_at < ? AND end_at > ? AND tour_id <> ?`,
        Number(id),
        Date.parse(booking.end),
        Date.parse(booking.start),
        Number(booking.tour_id),
      ) !== undefined;
    if (taken('unit_id', booking.unit_id)) return 'unit_id';
    return booking.agent_id !== undefined && taken('agent_id', booking.agent_id) ? 'agent_id' : undefined;
  }

  /** Enters the tour, or moves it where it was entered before. */
  put(booking: Booking): void {
    this.#db.run(
      'INSERT OR REPLACE INTO booking (tour_id, unit_id, agent_id, start_at, end_at) VALUES (?, ?, ?, ?, ?)',
      Number(booking.tour_id),
      Number(booking.unit_id),
      booking.agent_id === undefined ? null : Number(booking.agent_id),
      Date.parse(booking.start),
      Date.parse(booking.end),
    );
  }

  free(tourId: string): void {
    this.#db.run('DELETE FROM booking WHERE tour_id = ?', Number(tourId));
  }
}
