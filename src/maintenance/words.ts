/** Word groups that several rule tables use, as regular expression source. */

/** It does not do what it should. */
export const BROKEN = String.raw`(?:not (?:\w+ )?(?:work\w*|cool\w*|cold|heat\w*|hot|run\w*|turn\w* on|com\w* on|start\w*|drain\w*|flush\w*|open\w*|clos\w*|lock\w*|blow\w*|power\w*)|(?:isn't|aren't|doesn't|don't|won't|wont|can't|stopped|quit|never|hasn't|wasn't) (?:\w+ )?(?:work\w*|cool\w*|cold|heat\w*|hot|run\w*|turn\w*|com\w*|start\w*|drain\w*|flush\w*|open\w*|clos\w*|lock\w*|blow\w*|spin\w*|dispens\w*|light|lit|stay\w*|fill\w*)|broken|broke|busted|dead|died|failed|faulty|defective|out of order|stuck|jammed|acting up|malfunction\w*|is out|went out|are out|gave out|no funciona|no sirve|no enciende|no prende|descompuest[oa]|rot[oa])`;

export const COOLING = String.raw`(?:ac|a c|a\.c|a/c|air con|air conditioner|air conditioning|aircon|central air|aire acondicionado|aire)`;

export const SMOKE_ALARM = String.raw`(?:(?:smoke|fire|heat) (?:detectors?|alarms?|sensors?)|alarma de (?:humo|incendios?)|detector de humo)`;

export const CO_ALARM = String.raw`(?:(?:co|c o|co2|carbon monoxide|monoxide) ?(?:gas )?(?:detectors?|alarms?|sensors?|monitors?|meter)|(?:detector|alarma) de monoxido(?: de carbono)?)`;

/** What tells a low battery from an alarm. */
export const CHIRP = String.raw`(?:chirp\w*|(?:beep\w*|going off|goes off|sounding) (?:\w+ )?(?:once )?(?:every|each|per|a|cada) (?:few |couple (?:of )?|\d+ |one |two |ten |thirty |sixty |once a )?(?:min\w*|sec\w*|hour\w*|so often|now and then)|low batter\w+|bateria baja|pitido cada)`;
