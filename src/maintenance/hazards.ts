import { p, type Rule } from './rule.ts';
import { CHIRP, CO_ALARM, SMOKE_ALARM } from './words.ts';

/*
 * Life safety. Screened before everything else, and never overridden by anything: not by a routine keyword, not by a
 * lower severity that somebody reported, not by text that gives orders. Where words have a harmless sense, the row
 * names it (`unless`, look-arounds); where in doubt, it is a hazard.
 */

const ELECTRIC = String.raw`(?:light fixtures?|(?<!pilot |indicator |warning |sky )lights?(?! (?:blue|brown|green))|light bulbs?|light switch(?:es)?|chandeliers?|ceiling fans?|fixtures?|outlets?|sockets?|receptacles?|plugs?|switch(?:es)?|electrical \w+|electrical|electric \w+|breakers?|breaker (?:box|panel)|fuse ?box|electric panel|panel box|wires?|wiring|power strips?|extension cords?|junction box)`;
const DEVICE = String.raw`(?:${ELECTRIC}|stove|oven|range|microwave|toaster|dryer|washer|washing machine|dishwasher|furnace|heater|boiler|baseboard|radiator|fridge|refrigerator|freezer|disposal|motor|fan|unit|ac|a c|air conditioner|cord|cable|appliance|tv|thermostat|panel|meter|transformer|wall|it|it's|something)`;
const WATER = String.raw`(?:water|leak|leaks|leaking|leaked|drip|drips|dripping|pouring|flooding|flooded|flood|rain|rainwater|sewage|agua)`;
const SOUNDING = String.raw`(?:going off|goes off|went off|gone off|sounding|sounded|blaring|ringing|screaming|alarming|activated|triggered|set off|wailing|screeching|won't (?:stop|shut (?:off|up)|turn off)|sonando|suena|activada|activo)`;
const ASHORE = String.raw`(?:ceiling|roof|wall|floor|balcony|deck|stairs?|staircase|stairwell|porch|building|foundation|carport|chimney|retaining wall|techo|pared|piso|balcon|edificio|escalera)`;
const PERSON = String.raw`(?:i'm|i am|we're|we are|am|people|person|someone|somebody|man|woman|lady|guy|tenant|tenants|resident|residents|child|children|kids?|son|daughter|baby|toddler|mother|father|mom|dad|wife|husband|grandma|neighbou?r|he's|she's|they're|he is|she is|they are|he|she|they|us|me)`;

export const HAZARD_RULES: readonly Rule[] = [
  {
    id: 'fire.flames',
    hazard: 'fire',
    severity: 'life_safety',
    trade: 'fire_safety',
    negatable: true,
    patterns: [
      p`(?<!camp |gas |electric |open |build a |light a |light the )fires?(?! ?(?:places?|alarms?|detectors?|extinguishers?|escapes?|exits?|doors?|depart?ments?|dept|fighters?|trucks?|marshals?|inspect\w+|hydrants?|ants?|pits?|sprinklers?|drills?|codes?|lanes?|hazards?|rated|proof|wood|stations?|safety|watch|sensors?|damaged?|panel|up|insurance|retardant|stick|tv|wall|blanket|lights?))`,
      p`(?<!pilot |burner )flames?(?! (?:won't|will not|doesn't|keeps going out|goes out|retardant))`,
      p`caught fire|set on fire|on fire|went up in flames|engulfed|ablaze|burning down|explosion|blew up`,
      p`explo(?:ded|ding)`,
      p`fuegos?|incendios?|en llamas|quemandose|se (?:esta )?quema(?:ndo)?|explosion|exploto`,
    ],
    unless:
      /(?<!gas )\b(?:pipe|toilet|hose|faucet|bottle|soda|can|balloon|package)\b[^.]{0,30}(?:explod|blew up)|fire ?works|alarma de incendio|detector de incendio|blew up (?:my|the|his|her) (?:phone|inbox)/,
    questions: ['Is everybody out, and has 911 been called?'],
  },
  {
    id: 'fire.smoke',
    hazard: 'fire',
    severity: 'life_safety',
    trade: 'fire_safety',
    negatable: true,
    patterns: [
      p`(?<!no |non |cigarette |cigarettes |cigar |tobacco |weed |pot |marijuana |cannabis |second hand |secondhand |vape |crack |i |they |he |she |to |who |neighbors |people |residents |tenants )smoke(?! ?(?:detectors?|alarms?|sensors?|free|tests?|damaged?|stain(?:s|ed)?|shop|break|signal|weed|pot|cigarettes?|cigars?|marijuana|inside their|in their (?:unit|apartment)))`,
      p`${DEVICE} (?:is |are |was |has been |keeps |started |starts |began |just )*smoking`,
      p`(?<=${DEVICE} (?:is |has |just )?(?:no longer|stopped|quit) )smoking`,
      p`smoking (?:outlet|stove|oven|dryer|heater|furnace|panel|breaker|socket|plug|wires?|light|switch|microwave|washer|dishwasher|motor|fan)`,
      p`smok(?:e|ing) (?:is |are )?(?:coming|pouring|billowing|rising|filling|everywhere|from|out of)`,
      p`smok(?:e)?y (?:hallway|kitchen|apartment|unit|room|smell|air|corridor|stairwell)|(?:room|hallway|kitchen|apartment|unit|air|it|corridor) (?:is |smells |got |looks )(?:all |very |really )?smok(?:e)?y`,
      p`(?<!detector de |detectores de |alarma de |alarmas de |sensor de )humo`,
    ],
    unless:
      /\b(?:cigar\w*|cigarettes?|tobacco|weed|marijuana|cannabis|vap(?:e|ing)|second ?hand smoke|smoking area|no smoking|non smoking)\b(?!.*\b(?:fire|flames?|burning)\b)/,
    questions: ['Where is the smoke coming from, and is everybody out?'],
  },
  {
    id: 'fire.burning_smell',
    hazard: 'fire',
    severity: 'life_safety',
    trade: 'electrical',
    negatable: true,
    patterns: [
      p`burn(?:ing|t) (?:smell|odou?r|scent|plastic|rubber|wires?|wiring|electrical)`,
      p`(?:smell\w*|odou?r|scent) ~ (?:burning|burnt|burned|melting)`,
      p`(?:something|wires?|wiring|plastic|rubber|electrical) (?:is )?(?:burning|smoldering|smouldering)`,
      p`electrical (?:burning )?(?:smell|odou?r)`,
      p`(?:huele|olor) a quemado`,
    ],
    unless:
      /\bburn(?:t|ed|ing)? (?:the )?(?:food|toast|popcorn|dinner|cookies|rubber from (?:a )?car|candle|incense)\b/,
    questions: ['Where is the smell strongest, and is anything hot, discoloured or smoking?'],
  },
  {
    id: 'fire.alarm_sounding',
    hazard: 'fire',
    severity: 'life_safety',
    trade: 'fire_safety',
    negatable: true,
    patterns: [p`${SMOKE_ALARM} ~ ${SOUNDING}`, p`${SOUNDING} ~ ${SMOKE_ALARM}`],
    unless: new RegExp(
      `${CHIRP}|\\b(?:doesn't|does not|didn't|did not|won't|never|not) (?:go off|sound)|(?:needs?|wants?) (?:a )?(?:new )?batter`,
    ),
    questions: ['Is there smoke, heat or a fire anywhere?'],
  },
  {
    id: 'gas.smell',
    hazard: 'gas',
    severity: 'life_safety',
    trade: 'plumbing',
    negatable: true,
    patterns: [
      p`(?:smell\w*|reek\w*|stink\w*|odou?rs?|scent|whiff|fumes) (?:a |an |the |of |like |some |strong |strongly |faint |slight |something |lot |lots |is |kind |sort |really |bad |very |natural |raw |propane |to me ){0,6}(?:gas|gasoline|petrol|propane|natural gas|methane|mercaptan)`,
      p`(?:gas|propane|gasoline|methane) (?:\w+ )?(?:smells?|odou?rs?|fumes|scent|leaks?|leaking|leaked|escaping|vapou?rs?|stench)`,
      p`gassy (?:smell|odou?r)|smells? (?:\w+ )?gassy|gas (?:is |was )?(?:coming out|pouring|everywhere|blowing)`,
      p`(?:leak\w*|escap\w+|broken|ruptured|broke|hit|cut|severed|cracked|damaged) (?:\w+ )?gas(?! ?(?:stove|grill|range|oven|dryer|fireplace|can|cap|station|heater|water))(?: (?:line|pipe|main|meter))?`,
      p`gas (?:line|pipe|main|meter|hose|valve) (?:is |was |has |got |may have |might have )*(?:leak\w*|broke\w*|burst|ruptured|cut|severed|hit|cracked|damaged|hissing)`,
      p`(?:rotten|rotting|bad|spoiled|rancid) (?:\w+ )?eggs?|smells? (?:\w+ ){0,3}eggs?|egg(?:gy|s)? (?:smell|odou?r)|sul(?:f|ph)ur\w*`,
      p`(?:burner|stove|gas) (?:was |is |got |been )?left on(?! (?:high|low))`,
      p`(?:huele|oliendo|olor|apesta|huelo) (?:\w+ ){0,2}(?:a |como |de )?gas|(?:fugas?|escape|perdida) de gas|hay (?:un )?(?:mucho )?gas(?! natural)|gas en (?:la|el|mi) (?:cocina|casa|apartamento|departamento|cuarto|edificio)|huevos? podridos?`,
    ],
    questions: ['Is everybody out of the building?', 'Has the gas utility been called from outside?'],
  },
  {
    id: 'gas.hissing',
    hazard: 'gas',
    severity: 'life_safety',
    trade: 'plumbing',
    negatable: true,
    patterns: [p`hissing|hisses|hiss`],
    unless:
      /\b(?:toilet|radiator|faucet|tap|shower|sprinkler|cat|snake|iron|tire|steam|water (?:line|pipe|valve)|fill valve|speakers?|hose bib)\b(?!.*\bgas\b)/,
    questions: ['Is there any smell of gas or rotten eggs?', 'What is hissing?'],
  },
  {
    id: 'co.alarm',
    hazard: 'carbon_monoxide',
    severity: 'life_safety',
    trade: 'hvac',
    negatable: true,
    patterns: [
      p`${CO_ALARM} ~ (?:${SOUNDING}|beep\w*|reads?|reading|showing|shows|says|detected)`,
      p`(?:${SOUNDING}|beep\w*) ~ ${CO_ALARM}`,
      p`carbon monoxide (?:leak\w*|poison\w*|levels?|reading|detected|exposure|fumes|smell|in (?:the|my|our))|high (?:co|carbon monoxide)|co (?:leak\w*|levels?|poison\w*|reading)`,
      p`(?:intoxicacion|envenenamiento|fuga) (?:por|con|de) monoxido`,
    ],
    unless: new RegExp(
      `(?:chirp\\w*|low batter\\w+|beep\\w* (?:\\w+ )?(?:once )?(?:every|each|per|a) (?:few |\\d+ |one |two |thirty |sixty )?(?:min|sec|hour)\\w*)(?!.*\\b(?:headaches?|dizzy|nause\\w*|sick|faint\\w*)\\b)`,
    ),
    questions: ['Does anybody have a headache, dizziness or nausea?', 'Is everybody in fresh air?'],
  },
  {
    id: 'co.symptoms',
    hazard: 'carbon_monoxide',
    severity: 'life_safety',
    trade: 'hvac',
    negatable: true,
    patterns: [
      p`(?:headaches?|dizzy|dizziness|nause\w+|light ?headed|vomiting|throwing up|faint\w*|drowsy|sick) ~ (?:furnace|heater|boiler|stove|oven|gas|generator|fireplace|garage|exhaust|heat|detector|monoxide|co alarm|chirp\w*)`,
      p`(?:furnace|heater|boiler|stove|generator|fireplace|exhaust|detector|monoxide|co alarm|chirp\w*) ~ (?:headaches?|dizzy|dizziness|nause\w+|light ?headed|vomiting|throwing up|faint\w*|drowsy)`,
      p`(?:all|everyone|everybody|whole family|both|kids|we) ~ (?:headaches?|dizzy|nauseous|light ?headed|throwing up|vomiting)`,
      p`(?:running|using) (?:a |the )?(?:generator|grill|charcoal|hibachi) (?:inside|indoors|in the (?:house|garage|apartment|unit|basement|living room|kitchen))`,
    ],
    questions: ['Is everybody in fresh air?', 'Is anybody unwell?'],
  },
  {
    id: 'electrical.sparks',
    hazard: 'electrical',
    severity: 'life_safety',
    trade: 'electrical',
    negatable: true,
    patterns: [
      p`spark(?:s|ed|ing|y)?`,
      p`arc(?:ing|ed|s) (?:\w+ ){0,3}(?:outlet|panel|breaker|wire|switch|socket|electrical)|${ELECTRIC} (?:is |are |was )?arcing`,
      p`chispas?|chispeando|chisporrote\w+|corto ?circuito|short circuit\w*`,
    ],
    unless:
      /\b(?:spark plugs?|sparkling|spark of|igniter|ignitor|(?:stove|burner|range|grill)s? (?:keeps? |won't |doesn't |does not |isn't |not |will )(?:stop )?spark\w*|spark (?:to light|module))\b(?!.*\b(?:outlet|plug(?! )|wire|panel|breaker|cord|flames?)\b)/,
    questions: ['Can the breaker be reached without touching anything wet or hot?'],
  },
  {
    id: 'electrical.hot_device',
    hazard: 'electrical',
    severity: 'life_safety',
    trade: 'electrical',
    negatable: true,
    patterns: [
      p`${ELECTRIC} (?:is |are |was |were |has |have |looks? |seems? |got |just |all |being |been |completely |partially |almost |getting ){0,3}(?:melt\w*|scorch\w*|charred|blackened|sizzl\w+|crackl\w+|popping|burn(?:ed|t|ing)?(?! ?out))`,
      p`(?:melted|scorched|charred|burn(?:t|ed)|sizzling|crackling|popping) (?:\w+ )?(?:outlets?|sockets?|receptacles?|plugs?|breakers?|panel|wires?|wiring|switch|cord)`,
      p`(?:scorch|burn) marks? ~ (?:outlets?|sockets?|switch|panel|plug|breaker)`,
    ],
    questions: ['Is there smoke or a burning smell?'],
  },
  {
    id: 'electrical.water',
    hazard: 'electrical',
    severity: 'life_safety',
    trade: 'electrical',
    negatable: true,
    patterns: [
      p`${WATER}(?: (?:\w+ ){0,6}?)(?:through|thru|from|out of|into|in|inside|onto|on|around|near|by|behind|over|down|at|above|touching|hitting|reaching|under|all over|next to) (?:(?:the|a|an|my|our|your|one|two|of|both|some|kitchen|bathroom|bedroom|hallway|living|dining|room|bath|laundry|basement|closet|ceiling|recessed|can|overhead|wall|main|old|his|her|their) ){0,5}${ELECTRIC}`,
      p`${ELECTRIC} (?:that |which )?(?:(?:is|are|was|has|have|had|got|gets|keeps?|started|starts|full|filled|began|just|getting|now|of|with|some|all|standing|in|under|also|from) )+(?:the )?(?:leak\w*|drip\w*|water|wet|soaked|flooded|underwater|submerged|rain)`,
      p`(?:wet|soaked|flooded|dripping|leaking) (?:electrical )?(?:outlets?|sockets?|receptacles?|breakers?|light fixtures?|ceiling lights?|light switch|wiring|wires|fuse ?box)`,
      p`(?:light|fixture|outlet|socket|panel|switch)s? (?:leak|drip)(?:s|ing|ped)? (?:with )?water`,
      p`agua (?:\w+ ){0,5}(?:por|en|de|del|sobre) (?:la |el |las |los |una |un )?(?:luz|luces|lampara|foco|enchufe|tomacorriente|contacto|apagador|caja electrica|panel electrico|cables?)`,
    ],
    questions: ['Is anybody standing in water or touching the wet wall or fixture?'],
  },
  {
    id: 'electrical.shock',
    hazard: 'electrical',
    severity: 'life_safety',
    trade: 'electrical',
    negatable: true,
    patterns: [
      p`electrocut\w+|(?:electric(?:al)?|got a|gave me a|gives (?:you|me) a|a mild|small) shocks?|(?:got|get|gets|been|being|was) (?:\w+ )?shocked (?:by|when|from|touching)|(?:shocked|shocks|shocking|zapped|zaps) (?:me|you|him|her|my|us|people|whoever|anyone)`,
      p`(?:power|electric\w*) (?:line|wire|cable|pole)s? (?:is |are |has |have |came |fell |got |just )*(?:down|fallen|hanging|in the yard|on the ground)|(?:downed|fallen) (?:power |electric\w* )?(?:line|wire|pole)s?|live wires?`,
      p`me (?:dio|da) (?:un )?(?:toque|toques|corriente|descarga)|descarga electrica|electrocut\w+`,
    ],
    questions: ['Is anybody hurt?'],
  },
  {
    id: 'collapse',
    hazard: 'collapse',
    severity: 'life_safety',
    trade: 'carpentry',
    negatable: true,
    patterns: [
      p`${ASHORE}(?! (?:fan|tile|tiles|paint|paper|light|blinds?|vent|mount\w*|plug|lamp|mat))(?: (?:\w+ ){0,4}?)(?:collaps\w+|cav(?:ed|es|ing) in|cave in|giving way|gave way|gave out|fall(?:s|ing) (?:down|in|apart on|on|through)|fell (?:down|in|on|through)|crumbl\w+ down|came down|coming down|about to (?:fall|go|come down|give|drop))`,
      p`(?:collapsed|collapsing|caved in) (?:\w+ ){0,2}${ASHORE}|structural (?:collapse|failure)|building (?:is )?(?:shaking|leaning|shifting)`,
      p`(?:car|truck|vehicle|bus) (?:\w+ ){0,3}?(?:hit|crashed|drove|ran) (?:into )?(?:the |our |my )?(?:building|house|wall|garage|apartment)`,
      p`se (?:me|nos) cayo (?:el |la )?${ASHORE}`,
      p`(?:se (?:cayo|esta cayendo|derrumb\w+|va a caer|esta derrumbando|hundio)) (?:el |la )?${ASHORE}|${ASHORE} (?:se )?(?:cayo|se cayo|derrumb\w+|se esta cayendo|colaps\w+|se derrumbo)`,
    ],
    unless:
      /\b(?:water|rain|leak\w*|drips?|dripping|pouring|paint|light fixture|blinds?|shelf|shelves|picture|tv|towel bar|curtain rod) (?:is |are |keeps |was )?(?:coming|came|falling|fell|raining) (?:down|through|in|on)\b(?!.*\bcollaps)/,
    questions: ['Is anybody hurt or under it?', 'Is everybody out of that part of the building?'],
  },
  {
    id: 'intruder',
    hazard: 'intruder',
    severity: 'life_safety',
    trade: 'locksmith',
    negatable: true,
    patterns: [
      p`(?:someone|somebody|man|guy|person|people|stranger|burglar|thief|they|he|ex|neighbou?r|he's|they're|someone's|somebody's) (?:\w+ ){0,4}?(?:breaking in(?:to)?|breaking (?:down|through) (?:my|the|our) (?:\w+ )?(?:door|window)|trying to (?:get|break|come|climb|force (?:his|her|their) way) in(?:to|side)?|trying to (?:open|force|kick|break) (?:my|the|our|down|in|open)|kicking (?:in )?(?:my|the|our|down)|forcing (?:my|the|our) (?:door|window|way)|in my (?:apartment|house|unit|home|bedroom|closet) (?:right now|now|who|that)|inside my (?:apartment|house|unit|home)|climbing (?:in|through))`,
      p`break ?in (?:is )?(?:in progress|happening|right now|now)|intruders?|home invasion|being (?:robbed|burglari[sz]ed|attacked)|active shooter|gun ?shots?|shots fired|has a (?:gun|knife|weapon)|with a (?:gun|weapon)|(?:threatening|trying) to (?:kill|hurt|stab|shoot)`,
      p`(?:alguien|un hombre|una persona|ladron(?:es)?) (?:\w+ ){0,4}?(?:entrando|entrar|forzando|rompiendo|dentro|adentro)|ladron(?:es)?|disparos|balazos|robando`,
    ],
    unless:
      /\b(?:rats?|mice|mouse|raccoons?|squirrels?|bats?|bugs?|roach\w*|ants?|animals?|bees?|wasps?) (?:\w+ ){0,4}(?:get|getting|come|coming|climb\w*|break\w*) in/,
    questions: ['Are you somewhere safe, and are the police on the way?'],
  },
  {
    id: 'entrapment',
    hazard: 'entrapment',
    severity: 'life_safety',
    trade: 'elevator',
    negatable: true,
    patterns: [
      p`${PERSON} (?:\w+ ){0,5}?(?:stuck|trapped) (?:in|inside|under|between|on) (?:the |an |a |our |this |that )?(?:\w+ )?(?:elevator|lift)`,
      p`(?:elevator|lift) ~ (?:people|person|someone|somebody|residents?|tenants?|kids?|child|woman|man|lady|us|me|anyone)(?: (?:\w+ ){0,2}?)(?:in it|inside|trapped|stuck|in there)`,
      p`(?:stuck|trapped) (?:in|inside) (?:the |an |a |our |this |that )?(?:\w+ )?(?:elevator|lift)(?! (?:button|door|key))`,
      p`(?:elevator|lift) (?:is |got |has )?(?:stuck|stopped) with`,
      p`${PERSON} (?:\w+ ){0,3}?trapped|trapped (?:inside|in (?:the|my|our|a) (?:apartment|unit|bathroom|bedroom|room|closet|basement|garage|house|building|stairwell))|can't get out of (?:the|my|our) (?:apartment|unit|bathroom|bedroom|room|house|building|elevator|lift)|locked in(?:side)? (?:the|my|our) (?:bathroom|bedroom|room|closet|basement)`,
      p`atrapad[oa]s?|encerrad[oa]s? en (?:el )?(?:elevador|ascensor|bano|cuarto)`,
    ],
    unless:
      /\b(?:birds?|raccoons?|squirrels?|mouse|mice|rats?|bats?|opossums?|possums?|animals?|moisture|water|air|lint|debris|ring|key|hair) (?:\w+ ){0,3}(?:trapped|stuck)\b/,
    questions: ['How many people are inside, and is anybody unwell?'],
  },
  {
    id: 'medical',
    hazard: 'medical',
    severity: 'life_safety',
    trade: 'general',
    negatable: true,
    patterns: [
      p`unconscious|passed out|not breathing|stopped breathing|can't breathe|cannot breathe|heart attack|having a stroke|overdos\w+|drown\w+|suicid\w+|kill myself|bleeding (?:badly|heavily|out|a lot)|seizure|${PERSON} (?:\w+ ){0,2}collapsed`,
      p`inconsciente|no respira|no puedo respirar|infarto|desmay\w+`,
    ],
    unless: /\b(?:unit|room|apartment|house|wall|space|window) (?:can't|cannot|not) breathe\b/,
    questions: ['Has 911 been called?'],
  },
];
