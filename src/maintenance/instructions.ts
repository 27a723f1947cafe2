import type { HazardKind } from './rule.ts';

/** Ordered lines to read out, word for word, before anything else is done. */
export type Script = readonly string[];
export type JurisdictionScripts = Readonly<Partial<Record<HazardKind, Script>>>;

export type Instructions = { hazard: HazardKind; jurisdiction: string; lines: string[] };

/**
 * What to say where no jurisdiction says otherwise. Authorities disagree on opening windows in a gas leak (New York
 * City asks for it, others warn against it), so the default leaves it out.
 */
const DEFAULT_SCRIPTS: Readonly<Record<HazardKind, Script>> = {
  fire: [
    'Leave the building now and warn others on your way; close doors behind you.',
    'Use the stairs, not the elevator. If there is smoke, stay low.',
    'Call 911 from outside.',
    'Do not go back in for anything. Wait for the fire department to say that it is safe.',
    'Call us when you are safe.',
  ],
  gas: [
    'Leave the building now and take everybody with you.',
    'Do not switch anything on or off, light anything, smoke, start a car, or use a phone inside.',
    'Do not look for the leak and do not touch the gas valve or the appliance.',
    'From a safe distance call 911.',
    'Then call the gas utility.',
    'Then call us. Do not go back in until the fire department or the utility says that it is safe.',
  ],
  carbon_monoxide: [
    'Get everybody, and pets, out into fresh air now.',
    'Call 911 from outside, and say so if anybody has a headache, dizziness or nausea.',
    'Do not go back in until the fire department says that it is safe.',
    'Then call us.',
  ],
  electrical: [
    'Keep away from it and keep everybody else away. Do not touch it, and do not stand in water.',
    'If there is smoke, fire or somebody has had a shock, leave and call 911 now.',
    'Switch off the breaker only if the panel is dry and you can reach it without going near the problem.',
    'Call 911 if it goes on sparking, gets hot or smokes, then call us.',
  ],
  collapse: [
    'Get everybody out from under and away from it now.',
    'Call 911 if anybody is hurt or more may come down.',
    'Do not go back in to fetch things. Wait until the fire department says that it is safe.',
    'Then call us.',
  ],
  intruder: [
    'Get to a safe place; if you cannot leave, lock yourself in and stay quiet.',
    'Call 911 now, and stay on the line.',
    'Do not confront anybody, and touch nothing afterwards.',
    'Call us when the police say that it is safe.',
  ],
  entrapment: [
    'Call 911 if anybody is hurt, unwell, frightened or without air, or if nobody answers the alarm.',
    'In an elevator: press the alarm or phone button, stay inside and away from the doors; do not climb out or force them.',
    'Tell us where it is, how many people are inside and how to reach them.',
  ],
  medical: ['Call 911 now and follow what they say.', 'Stay with the person if it is safe.', 'Then call us.'],
};

/** By state, or `state/city` where a city has a rule of its own; the more exact one counts. */
const BY_JURISDICTION: Readonly<Record<string, JurisdictionScripts>> = {
  // The City's notice for suspected gas leaks (28 RCNY 12-12): doors and windows, out, 911, then the provider.
  'NY/NEW YORK': {
    gas: [
      'Quickly open nearby doors and windows, then leave the building at once. Do not try to find the leak.',
      'Do not switch appliances on or off, smoke, light anything, or use any phone inside the building.',
      'From a safe distance outside call 911.',
      'After 911, call the gas provider of the building.',
      'Then call us. Do not go back in until you are told that it is safe.',
    ],
  },
  // Public Utility Commission, gas emergencies.
  PA: {
    gas: [
      'Leave the building at once.',
      'Do not turn lights on or off, do not use any phone inside, and do not light a match, smoke or run appliances.',
      'From a safe distance call 911 and your gas utility.',
      'Wait until emergency services or the utility tell you that it is safe to return.',
      'Then call us.',
    ],
  },
};

export type Place = { state?: string | undefined; city?: string | undefined };

/**
 * The script for each hazard at a place. `own` are the manager's scripts, keyed like the ones here (`TX`, `NY/New York`)
 * or `default`; they count before ours.
 */
export function instructionsFor(
  hazards: readonly HazardKind[],
  place: Place,
  own: Readonly<Record<string, JurisdictionScripts>> = {},
): Instructions[] {
  const state = place.state?.trim().toUpperCase();
  const city = place.city?.trim().toUpperCase();
  const keys = [state && city && `${state}/${city}`, state].filter((k): k is string => Boolean(k));
  const ownByKey = new Map(Object.entries(own).map(([key, scripts]) => [key.toUpperCase(), scripts]));
  return hazards.map((hazard) => {
    for (const key of keys) {
      const lines = ownByKey.get(key)?.[hazard] ?? BY_JURISDICTION[key]?.[hazard];
      if (lines) return { hazard, jurisdiction: key, lines: [...lines] };
    }
    const lines = ownByKey.get('DEFAULT')?.[hazard] ?? DEFAULT_SCRIPTS[hazard];
    return { hazard, jurisdiction: 'default', lines: [...lines] };
  });
}
