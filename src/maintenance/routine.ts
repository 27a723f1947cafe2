import { p, type Rule } from './rule.ts';

/** Everyday work. Compact, because these rows differ only in words and trade. */
type Row = [id: string, trade: Rule['trade'], patterns: RegExp[], questions?: string[], covers?: string[]];

const BROKEN = String.raw`(?:not \w+|isn't \w+|aren't \w+|won't \w+|doesn't \w+|don't \w+|can't \w+|stopped \w+|broken|broke|busted|dead|jammed|stuck|out|humming|leak\w*|loud|noisy|noise|noises|squeak\w*|loose|cracked|chipped|torn|stained|falling|fell|missing|peeling|needs?|damaged|bent|dirty|no funciona|no sirve|rot[oa])`;

const ROWS: Row[] = [
  [
    'faucet.drip',
    'plumbing',
    [
      p`(?:faucet|tap|spigot|shower ?head|shower|sink|bathtub|tub|llave|grifo) (?:\w+ ){0,4}?(?:drip\w*|gotea\w*)|drip\w* (?:\w+ )?(?:faucet|tap|shower|sink|tub)|(?:faucet|spigot|shower ?head|shower handle|tub spout) (?:\w+ ){0,3}?${BROKEN}`,
    ],
    ['Hot, cold or both?'],
    ['water.leak'],
  ],
  [
    'toilet.running',
    'plumbing',
    [
      p`toilet (?:\w+ ){0,4}?(?:runs|running|hissing|refill\w*|keeps filling)|running toilet|toilet (?:seat|handle|lid) (?:\w+ ){0,3}?${BROKEN}`,
    ],
  ],
  [
    'drain.slow',
    'plumbing',
    [
      p`(?:drains?|sinks?|tub|bathtub|shower|lavabo|fregadero) (?:\w+ ){0,5}?(?:clog\w*|slow\w*|block\w*|plugged|stopped up|backed up|backing up|not draining|won't drain|doesn't drain|isn't draining|standing|tapad[oa])|(?:clogged|slow|blocked|plugged|stopped up) (?:\w+ ){0,2}(?:drains?|sinks?|tub|bathtub|shower)`,
    ],
    ['One drain or several?'],
  ],
  [
    'water.pressure',
    'plumbing',
    [p`(?:low|no|weak|bad|poor) water pressure|water pressure (?:\w+ ){0,3}(?:low|weak|bad)`],
    ['One tap or all?'],
  ],
  [
    'disposal',
    'plumbing',
    [
      p`(?:garbage |food |waste )?disposal(?: (?:\w+ ){0,5}?)${BROKEN}|(?:broken|jammed|stuck) (?:garbage )?disposal|triturador`,
    ],
    ['Does it hum or is it silent?'],
  ],
  [
    'dishwasher.problem',
    'appliance',
    [p`dish ?washer|lavaplatos`],
    ['Is water on the floor?'],
    ['water.leak', 'drain.slow'],
  ],
  [
    'washer.problem',
    'appliance',
    [p`washing machine|washer(?! fluid)|dryer|laundry machine|lavadora|secadora`],
    ['Gas or electric dryer?'],
    ['water.leak'],
  ],
  [
    'appliance.other',
    'appliance',
    [
      p`microwave|range hood|ice ?maker|trash compactor|stove|oven|cooktop|burner|(?:fridge|refrigerator|freezer) (?:\w+ ){0,3}(?:light|drawer|shelf|handle|dispenser|seal|door|noise|noisy|loud)|estufa|horno`,
    ],
  ],
  [
    'outlet.dead',
    'electrical',
    [
      p`(?:outlets?|sockets?|receptacles?|gfci|gfi|plugs?|enchufe|contacto) (?:\w+ ){0,5}?(?:${BROKEN}|no power|tripp\w*|dead)|(?:dead|broken|loose) (?:\w+ )?(?:outlets?|gfci)|no power (?:to|at|in) (?:the |an |one )?(?:\w+ )?outlets?`,
    ],
    ['Has the GFCI been reset?'],
  ],
  [
    'breaker.trips',
    'electrical',
    [p`(?:breaker|fuse) (?:\w+ ){0,4}?(?:trip\w*|blow\w*|blew|flip\w*)|trip\w* (?:the )?breaker`],
    ['What was running when it tripped?'],
  ],
  [
    'light.out',
    'electrical',
    [
      p`(?:lights?|lamp|bulbs?|light fixture|light switch|ceiling fan|foco|luz) (?:\w+ ){0,4}?(?:out|burn(?:ed|t) out|${BROKEN}|wobbl\w*)|(?:light ?bulbs?|bulb) (?:\w+ )?(?:out|replace\w*|change\w*)|(?:replace|change) (?:\w+ ){0,3}bulbs?|doorbell|intercom`,
    ],
  ],
  ['thermostat', 'hvac', [p`thermostats?|termostato`], ['Is its screen on?']],
  [
    'hvac.other',
    'hvac',
    [
      p`(?:air|furnace|ac|hvac) filters?|(?:ac|a c|air conditioner|furnace|vents?|hvac|fan coil|exhaust fan|bathroom fan|heat pump) (?:\w+ ){0,5}?${BROKEN}|(?:noisy|loud|rattling|leaking) (?:ac|furnace|vent|fan|air conditioner)|vent cover|ducts?`,
    ],
    undefined,
    ['water.leak'],
  ],
  [
    'lock.sticks',
    'locksmith',
    [
      p`(?:locks?|deadbolt|keys?|knob|door handle|door knob|doorknob|cerradura) (?:\w+ ){0,4}?(?:stick\w*|stiff|hard|loose|jam\w*|${BROKEN})|(?:sticky|stiff|loose|change (?:my|the)|new) (?:locks?|deadbolt|door ?knob)|rekey|re key`,
    ],
  ],
  [
    'keys',
    'locksmith',
    [
      p`(?:copy|copies|extra|spare|replacement|new|another|lost|additional) (?:\w+ ){0,4}(?:keys?|fobs?|remotes?|openers?)|(?:key|fob) (?:copy|copies)|mail ?box key`,
    ],
  ],
  [
    'door.problem',
    'carpentry',
    [
      p`(?<!next )(?:doors?|hinges?|puerta) (?:\w+ ){0,4}?(?:squeak\w*|creak\w*|rub\w*|stick\w*|${BROKEN}|off|won't close|draft\w*|track)|weather ?stripping|peephole|(?:closet|bedroom|bathroom|cabinet|pantry|interior|screen) doors?`,
    ],
  ],
  [
    'window.problem',
    'carpentry',
    [
      p`windows? (?:\w+ ){0,4}?(?:stick\w*|draft\w*|foggy|seal\w*|${BROKEN}|screens?|sills?)|blinds?|window screens?|torn screen|shades?|persianas?`,
    ],
  ],
  [
    'cabinets',
    'carpentry',
    [
      p`cabinets?|drawers?|shelf|shelves|shelving|counter ?tops?|trim|baseboards? (?:\w+ )?(?:loose|coming|trim)|molding|towel (?:bar|rack)|fence|gabinete`,
    ],
  ],
  [
    'drywall',
    'carpentry',
    [
      p`drywall|sheet ?rock|hole in (?:the |my |a )?(?:\w+ )?(?:wall|ceiling)|(?:cracks?|crack) (?:\w+ ){0,2}(?:wall|ceiling|plaster)|plaster`,
    ],
  ],
  ['paint', 'painting', [p`(?:re)?paint\w*|peel(?:s|ing)|wall ?paper|pintura|pintar|scuff\w*`]],
  [
    'flooring',
    'flooring',
    [
      p`carpets?|tiles?|grout|laminate|vinyl|hardwood|floor ?boards?|linoleum|alfombra|(?:squeaky|creaky|uneven|scratched) floors?|floors? (?:\w+ )?(?:squeak\w*|creak\w*|uneven|scratch\w*)`,
    ],
  ],
  ['caulk', 'plumbing', [p`(?:re)?caulk\w*`]],
  [
    'pests',
    'pest',
    [
      p`ants?|roach(?:es)?|cockroach(?:es)?|spiders?|pests?|bugs|insects?|fleas?|gnats?|flies|moths?|silverfish|cucarachas?|hormigas?|exterminator|mosquitoe?s`,
    ],
  ],
  [
    'grounds',
    'grounds',
    [
      p`lawn|grass|landscap\w*|trees?|bush(?:es)?|hedges?|weeds|sprinklers?|irrigation|snow (?:removal|shovel\w*|plow\w*)|gutters?|downspouts?|pot ?holes?|parking (?:lot|space)|flower beds?`,
    ],
  ],
  [
    'cleaning',
    'cleaning',
    [p`clean(?:ing|ed|ers?)?|trash|garbage (?:chute|bin|can|room|pile)|dumpster|graffiti|stains?|basura|limpi\w+`],
  ],
  [
    'smell.bad',
    'general',
    [
      p`(?:bad|weird|strange|funny|musty|foul|odd|cigarette|weed|pot|smoke|mal) (?:smells?|odou?rs?|olor)|stinks?|(?:smells?|odou?rs?) (?:bad|funny|weird|musty|foul|like (?:weed|cigarettes?|dog|cat|trash|garbage|mildew))|(?:cigarettes?|tobacco|marijuana|weed) smoke|smok(?:es|ing) (?:cigarettes?|weed|marijuana|pot|in (?:the|his|her|their))`,
    ],
    ['Could it be gas or rotten eggs? If so, leave and call 911 from outside.'],
  ],
  [
    'noise',
    'general',
    [
      p`noisy neighbou?rs?|noise complaint|loud (?:music|neighbou?rs?|noises?)|neighbou?rs? (?:is |are )?(?:loud|noisy)`,
    ],
  ],
  [
    'amenities',
    'general',
    [
      p`mail ?box(?:es)?|pool|gym|laundry room|playground|elevator button|signs?|handyman|furniture|mount(?:ing)? (?:a |my |the )?tv`,
    ],
  ],
  ['fire_damage', 'restoration', [p`(?:fire|smoke|flood|water) (?:damage\w*|stains?)`]],
];

export const ROUTINE_RULES: readonly Rule[] = ROWS.map(([id, trade, patterns, questions, covers]) => ({
  id,
  severity: 'routine' as const,
  trade,
  patterns,
  negatable: true,
  ...(questions && { questions }),
  ...(covers && { covers }),
}));
