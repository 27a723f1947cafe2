import names from '../data/names.json' with { type: 'json' };
import type { Random } from './random.ts';

export interface PersonName {
  name: string;
  first_name?: string;
  last_name?: string;
  preferred_name?: string;
}

/** US area codes; with the fictional range 555-0100 to 555-0199 they make numbers that ring nowhere. */
const AREA_CODES = (
  '201 202 203 205 206 207 208 209 210 212 213 214 215 216 217 218 219 225 228 229 231 234 239 240 248 251 252 253 ' +
  '254 256 260 262 267 269 270 276 281 301 302 303 304 305 307 308 309 310 312 313 314 315 316 317 318 319 320 321 ' +
  '323 325 330 334 336 337 339 347 351 352 360 361 386 401 402 404 405 406 407 408 409 410 412 413 414 415 417 419 ' +
  '423 424 425 432 434 435 440 443 469 478 479 480 484 501 502 503 504 505 507 508 509 510 512 513 515 516 517 518 ' +
  '520 530 540 541 551 559 561 562 563 567 570 571 573 574 580 585 586 601 602 603 605 606 607 608 609 610 612 614 ' +
  '615 616 617 618 619 620 623 626 630 631 636 641 646 650 651 660 661 662 678 682 701 702 703 704 706 707 708 712 ' +
  '713 714 715 716 717 718 719 720 724 727 731 732 734 740 754 757 760 763 765 770 772 773 774 775 781 785 786 801 ' +
  '802 803 804 805 806 808 810 812 813 814 815 816 817 818 828 830 831 832 843 845 847 848 850 856 857 858 859 860 ' +
  '862 863 864 865 870 901 903 904 907 908 909 910 912 913 914 915 916 917 918 919 920 925 928 931 936 937 940 941 ' +
  '947 949 951 952 954 956 970 971 972 973 978 979 980 985 989'
).split(' ');

/** Mail of people in the sandbox goes to domains that are reserved for examples. */
const MAIL_DOMAINS = ['example.com', 'example.net', 'example.org', 'mail.example.com'] as const;

/** Makes people who do not exist, with the traps that real rent rolls are full of. */
export class People {
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  /** A resident or a prospect: any spelling that a rent roll may hold. `surname` is that of the household. */
  person(surname = this.surname(), given = this.#random.pick(names.given)): PersonName {
    const roll = this.#random.next();
    const first_name = given;
    const last_name = surname;
    const whole = { first_name, last_name };
    if (roll < 0.1) return this.#inAnotherScript();
    if (roll < 0.13) return { name: `${surname}, ${given}`, ...whole };
    if (roll < 0.16)
      return { name: `${given} ${surname}${this.#random.pick([' Jr.', ', Jr.', ' III', ' Sr.'])}`, ...whole };
    if (roll < 0.19) return { name: `${given} ${surname}`.toUpperCase(), ...whole };
    if (roll < 0.2) return { name: given, first_name };
    if (roll < 0.25) {
      const preferred_name = given.slice(0, Math.max(3, given.length - 3));
      return { name: `${given} (${preferred_name}) ${surname}`, ...whole, preferred_name };
    }
    return { name: `${given} ${surname}`, ...whole };
  }

  /** A colleague: a plain name. */
  plain(): string {
    return `${this.#random.pick(names.given)} ${this.#random.pick(names.surnames)}`;
  }

  /** Now and then double-barrelled, or with the typographic apostrophe. */
  surname(): string {
    const surname = this.#random.pick(names.surnames);
    const roll = this.#random.next();
    if (roll < 0.06) return `${surname}-${this.#random.pick(names.surnames)}`;
    return roll < 0.5 ? surname : surname.replace("'", '’');
  }

  phone(): string {
    return `+1${this.#random.pick(AREA_CODES)}55501${String(this.#random.int(0, 99)).padStart(2, '0')}`;
  }

  /** Made of the name where it is written in Latin letters, else of digits as many people do. */
  email(person: PersonName): string {
    const local = [person.first_name, person.last_name]
      .filter((part) => part !== undefined)
      .map((part) =>
        part
          .normalize('NFD')
          .toLowerCase()
          .replace(/[^a-z]/g, ''),
      )
      .filter((part) => part !== '')
      .join('.');
    const number = this.#random.int(1, 999);
    return `${local === '' ? 'resident' : local}${number}@${this.#random.pick(MAIL_DOMAINS)}`;
  }

  /** What listing services put in place of a prospect's own address. */
  relayEmail(): string {
    return `${this.#random.int(1e8, 9e8).toString(36)}@convo.listings.example`;
  }

  birthDate(thisYear: number): string {
    const year = thisYear - this.#random.int(21, 84);
    const [month, day] = [this.#random.int(1, 12), this.#random.int(1, 28)];
    return `${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
  }

  #inAnotherScript(): PersonName {
    const { first, last } = this.#random.pick(names.other);
    // Chinese and Japanese names are written family name first and without a blank.
    const name = /\p{Script=Han}/u.test(last) ? `${last}${first}` : `${first} ${last}`;
    return { name, first_name: first, last_name: last };
  }
}
