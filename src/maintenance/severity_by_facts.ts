import type { Severity } from '../model/values.ts';
import type { DecidedBy } from './rule.ts';

/** Where managers' emergency lists disagree, and the temperatures that make a failure an emergency. */
export type MaintenanceSettings = {
  /** No heat is an emergency below this outdoor temperature, °F. */
  heat_threshold_f: number;
  /** No cooling is an emergency above this outdoor temperature, °F, where the manager covers it. */
  cooling_threshold_f: number;
  covers_cooling: boolean;
  lockout: Severity;
  no_hot_water: Severity;
  refrigerator: Severity;
};

export const DEFAULT_MAINTENANCE_SETTINGS: MaintenanceSettings = {
  heat_threshold_f: 50,
  cooling_threshold_f: 90,
  covers_cooling: true,
  lockout: 'urgent',
  no_hot_water: 'urgent',
  refrigerator: 'urgent',
};

export type Facts = {
  settings: MaintenanceSettings;
  outdoor_temperature_f: number | undefined;
  today: string | undefined;
};
export type Decision = { severity: Severity; doubt?: string; question?: string };

/** Severity of the rows that depend on settings or on the weather. */
export const SEVERITY_BY_FACTS: Readonly<Record<DecidedBy, (facts: Facts) => Decision>> = {
  heat: ({ settings, outdoor_temperature_f, today }) => {
    if (outdoor_temperature_f !== undefined) {
      return { severity: outdoor_temperature_f < settings.heat_threshold_f ? 'emergency' : 'urgent' };
    }
    // Without a temperature the worse case counts, unless the season speaks against it.
    return {
      severity: isWarmSeason(today) ? 'urgent' : 'emergency',
      doubt: 'the outdoor temperature is not known',
      question: 'What is the temperature outside?',
    };
  },
  cooling: ({ settings, outdoor_temperature_f }) => {
    if (!settings.covers_cooling) return { severity: 'urgent' };
    if (outdoor_temperature_f === undefined) {
      return {
        severity: 'urgent',
        doubt: 'the outdoor temperature is not known',
        question: 'What is the temperature outside?',
      };
    }
    return { severity: outdoor_temperature_f > settings.cooling_threshold_f ? 'emergency' : 'urgent' };
  },
  lockout: ({ settings }) => ({ severity: settings.lockout }),
  no_hot_water: ({ settings }) => ({ severity: settings.no_hot_water }),
  refrigerator: ({ settings }) => ({ severity: settings.refrigerator }),
};

function isWarmSeason(today: string | undefined): boolean {
  const month = Number(today?.slice(5, 7));
  return month >= 5 && month <= 9;
}

const NUMBER_OUTSIDE =
  /(?:it's|its|it is) (-?\d{1,3}) (?:outside|outdoors|out there)\b|(?<![\d.])(-?\d{1,3}) ?(?:degrees|deg|°|f\b|fahrenheit)(?: f\b| fahrenheit)? ?(?:outside|out(?:doors| there)?\b)|outside (?:is |it's |temp\w* (?:is )?)?(?<![\d.])(-?\d{1,3}) ?(?:degrees|deg|°|f\b)/;

/** A temperature that the reporter gives for outdoors, in °F; frost in words counts as 32. */
export function temperatureInText(text: string): number | undefined {
  const found = NUMBER_OUTSIDE.exec(text);
  const number = found?.[1] ?? found?.[2] ?? found?.[3];
  if (number !== undefined) return Number(number);
  return /\b(?:below (?:zero|freezing)|freezing (?:cold )?outside|snowing|blizzard|ice storm|bajo cero)\b/.test(text)
    ? 32
    : undefined;
}
