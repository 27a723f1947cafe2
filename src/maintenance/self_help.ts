/** What a resident can safely try before somebody is sent. Most needless call-outs are one of these. */
export type SelfHelp = { id: string; title: string; steps: readonly string[] };

type Row = SelfHelp & {
  /** Rules that call for it. */
  for_rules: readonly string[];
  /** Only where the text also says this. */
  only_if?: RegExp;
  /** Never where the text says this: water and electricity, gas. */
  unless?: RegExp;
};

const WET = /\b(?:water|leak\w*|drip\w*|flood\w*|wet|damp|rain\w*|agua|burn\w*|hot|warm|buzz\w*|melt\w*)\b/;

const ROWS: readonly Row[] = [
  {
    id: 'gfci_reset',
    title: 'Reset a tripped GFCI outlet',
    steps: [
      'Look for an outlet with TEST and RESET buttons in the kitchen, bathrooms, garage, laundry or outside; one can switch off several others.',
      'With dry hands press RESET firmly once.',
      'If it trips again, leave it and tell us.',
    ],
    for_rules: ['outlet.dead', 'power.partial', 'disposal', 'dishwasher.problem', 'appliance.other'],
    unless: WET,
  },
  {
    id: 'breaker_reset',
    title: 'Reset a tripped breaker',
    steps: [
      'With dry hands open the breaker panel and look for a switch in the middle position.',
      'Push it fully to OFF, then to ON, once.',
      'If it trips again, leave it off and tell us.',
    ],
    for_rules: [
      'outlet.dead',
      'power.partial',
      'power.none',
      'breaker.trips',
      'light.out',
      'cooling.none',
      'heat.none',
      'refrigerator',
      'washer.problem',
    ],
    unless: WET,
  },
  {
    id: 'fixture_shut_off',
    title: 'Close the shut-off valve of the fixture',
    steps: [
      'Find the small valve on the pipe under the sink or behind the toilet or appliance.',
      'Turn it clockwise until it stops; do not force it.',
      'Put a bucket or towels under what still drips.',
    ],
    for_rules: [
      'water.leak',
      'faucet.drip',
      'toilet.problem',
      'toilet.running',
      'dishwasher.problem',
      'washer.problem',
      'water.uncontrolled',
      'bathroom.only_toilet',
    ],
  },
  {
    id: 'main_shut_off',
    title: 'Close the main water valve of the home',
    steps: [
      'If the valve at the fixture is out of reach or does not stop the water, close the main valve of the home, clockwise.',
      'Keep away from outlets, lights and appliances that are wet or near the water.',
    ],
    for_rules: ['water.uncontrolled', 'water.heater_problem'],
  },
  {
    id: 'stop_using_water',
    title: 'Stop using water',
    steps: [
      'Do not flush, run taps, the dishwasher or the washer until the drain is cleared.',
      'Keep people and pets away from the waste water.',
    ],
    for_rules: ['sewage', 'drain.slow'],
  },
  {
    id: 'toilet_plunge',
    title: 'Clear a blocked toilet',
    steps: [
      'If the bowl is filling, close the valve behind the toilet first.',
      'Use a plunger with ten slow, firm strokes; do not use chemicals.',
    ],
    for_rules: ['toilet.problem', 'bathroom.only_toilet'],
    only_if: /\b(?:clog\w*|block\w*|plugged|stopped up|backed up|flush\w*|tapado)\b/,
  },
  {
    id: 'toilet_running',
    title: 'Stop a running toilet',
    steps: [
      'Lift the tank lid and check that the chain is not caught and the flapper sits flat.',
      'If it keeps running, close the valve behind the toilet.',
    ],
    for_rules: ['toilet.running'],
  },
  {
    id: 'disposal_reset',
    title: 'Reset the garbage disposal',
    steps: [
      'Switch it off. Never put a hand inside.',
      'Press the red reset button on its underside.',
      'If it hums, turn it free from below with a hex key, then try again with cold water running.',
    ],
    for_rules: ['disposal'],
    unless: /\bleak\w*|drip\w*\b/,
  },
  {
    id: 'thermostat_check',
    title: 'Check the thermostat',
    steps: [
      'Put in new batteries if its screen is blank or shows a low battery.',
      'Set it to HEAT or COOL as needed, the fan to AUTO, and the temperature five degrees past the room’s.',
      'Wait ten minutes.',
    ],
    for_rules: ['heat.none', 'cooling.none', 'thermostat', 'hvac.other'],
  },
  {
    id: 'filter_check',
    title: 'Check the air filter',
    steps: [
      'Switch the system off and look at the filter; if it is grey with dust, replace it or take it out until we bring one.',
      'If the coil or pipe is iced over, leave the system off and tell us.',
    ],
    for_rules: ['cooling.none', 'hvac.other'],
  },
  {
    id: 'detector_battery',
    title: 'Change the detector’s battery',
    steps: [
      'One short chirp every half minute or so means a low battery or an old detector.',
      'If you can reach it safely, put in a new battery and hold the test button.',
      'If it sounds loud beeps in groups of three or four, leave and call 911.',
    ],
    for_rules: ['detector.smoke_chirp', 'detector.faulty'],
    only_if: /\b(?:chirp\w*|batter\w*|beep\w*)\b/,
  },
  {
    id: 'refrigerator_check',
    title: 'Check the refrigerator',
    steps: [
      'Check that it is plugged in, its dial has not been turned down, and the door closes fully.',
      'Keep it closed; food stays cold for about four hours.',
    ],
    for_rules: ['refrigerator'],
  },
  {
    id: 'igniter_dry',
    title: 'Clean and dry a burner that clicks but does not light',
    steps: [
      'Only if there is no smell of gas: turn all knobs off and wait five minutes.',
      'Dry and reseat the burner cap, then try once.',
      'If you ever smell gas, leave and call 911 from outside. Do not relight a pilot yourself; we send somebody.',
    ],
    for_rules: ['stove.gas_problem'],
  },
  {
    id: 'bulb',
    title: 'Try another bulb',
    steps: ['Switch the light off, let it cool, and try a bulb that works elsewhere.'],
    for_rules: ['light.out'],
    unless: WET,
  },
];

/** What fits the matched rules. The caller asks only where no hazard was found. */
export function selfHelpFor(rules: ReadonlySet<string>, text: string): SelfHelp[] {
  return ROWS.filter(
    (row) =>
      row.for_rules.some((rule) => rules.has(rule)) && (row.only_if?.test(text) ?? true) && !row.unless?.test(text),
  ).map(({ id, title, steps }) => ({ id, title, steps }));
}
