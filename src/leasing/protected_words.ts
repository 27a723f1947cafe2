/*
 * The words by which a note tells something that a fair-housing law protects: the federal classes (42 USC 3604) and
 * those that states add, such as source of income, marital status, age and military status. Words that also have an
 * ordinary meaning (white walls, single bathroom, family room) count only in the company that gives them away. Every
 * pattern is bounded, so that a hostile text costs no more than its length.
 */

export type ProtectedCategory =
  | 'race_or_color'
  | 'religion'
  | 'sex_or_gender'
  | 'national_origin'
  | 'familial_status'
  | 'disability'
  | 'source_of_income'
  | 'marital_status'
  | 'age'
  | 'military_status';

const NUMBER = '(?:\\d{1,2}|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)';
const PERSON =
  '(?:man|men|woman|women|male|female|guy|guys|lady|ladies|gentleman|gentlemen|girl|girls|boy|boys|couple|family|families|person|people|household|folks|mother|mom|father|dad|parent|parents|tenant|tenants|resident|residents|applicant|applicants|prospect|prospects|renter|renters|caller|kid|kids|child|children|student|students|neighbors?|professionals?)';
const SOMEBODY =
  "(?:he|she|they|i|we|who|caller|prospect|applicant|tenant|renter|client|couple|person|family|guy|lady|man|woman|husband|wife|spouse|boyfriend|girlfriend|partner|mother|mom|father|dad|parents|sons?|daughters?|kids?|child(?:ren)?|sister|brother|friend|roommates?)(?:'s|'m|'re| is| are| am| was| were| being| sounds?| sounded| looks?| looked| seems?| seemed| appears?| appeared)(?: (?:to be|a|an|very|probably|maybe|also|both|all|not|likely|definitely|recently|newly|currently|legally|happily|partially|totally|just)){0,3}";
const ADULT = '(?:adults?|grown-?ups?)';
const MINOR =
  '(?:kids?|kiddos?|child(?:ren)?|toddlers?|infants?|bab(?:y|ies)|newborns?|teens?|teenagers?|sons?|daughters?|grandkids?|grandchild(?:ren)?|step-?(?:kids?|sons?|daughters?|child(?:ren)?)|little ones|minors|boys|girls)';

/** Places and companies whose names contain such a word: Church Street, Baptist Hospital, Indian Creek. */
const NAMED_PLACE =
  "(?! (?:st|street|ave|avenue|blvd|boulevard|rd|road|dr|drive|ln|lane|way|court|ct|circle|place|pkwy|parkway|hwy|highway|creek|park|heights|hills?|village|apartments|hospital|medical|health|university|college|center|museum|springs?|river|lake|ridge|point|oaks?|station|square)(?![\\p{L}\\p{N}]))(?!'s (?:hospital|museum|medical))";

const NATIONALITY =
  '(?:mexican|chinese|korean|japanese|vietnamese|filipin[oa]|pakistani|bangladeshi|iranian|iraqi|syrian|lebanese|egyptian|afghan|nigerian|ethiopian|somali|ghanaian|kenyan|sudanese|haitian|jamaican|cuban|dominican|puerto rican|colombian|venezuelan|honduran|salvadoran|guatemalan|ecuadorian|peruvian|brazilian|russian|ukrainian|polish|romanian|italian|irish|german|french|greek|spanish|portuguese|turkish|indian|african|european|british|canadian|australian|arab|israeli|persian)';
const COUNTRY =
  '(?:mexico|china|korea|japan|vietnam|the philippines|india|pakistan|bangladesh|iran|iraq|syria|lebanon|egypt|afghanistan|nigeria|ethiopia|somalia|ghana|kenya|sudan|haiti|jamaica|cuba|the dominican republic|puerto rico|colombia|venezuela|honduras|el salvador|guatemala|ecuador|peru|brazil|russia|ukraine|poland|romania|italy|ireland|germany|france|greece|spain|portugal|turkey|africa|asia|latin america|central america|south america|the middle east|europe|england|canada|australia|israel|saudi arabia|another country|overseas|abroad)';
const RELIGIOUS_PLACE = '(?:church|mosque|synagogue|temple|gurdwara|parish|shul|masjid)';
const ANIMAL = '(?:animals?|dogs?|cats?|pets?|pupp(?:y|ies)|pup|birds?|parrots?|rabbits?|horses?|pony)';
const ASSISTANCE =
  '(?:emotional[ -]support|service|support|assistance|assist|therapy|guide|seeing[ -]eye|companion|psychiatric(?: service)?|hearing|medical alert)';
const DOES_NOT_AGE =
  '(?! ?-?(?:building|house|home|property|roof|carpets?|appliances?|fridge|stove|furnace|hvac|unit|apartment|windows?|kitchen|dogs?|cats?|pupp(?:y|ies)|pup|pets?|kittens?|lab|retriever|poodle|terrier|shepherd|bulldog|beagle|mix|car|truck|lease|loan|mortgage))';

/** A category and the words that tell it. Read without case; each pattern stands between word boundaries. */
export const PROTECTED_PATTERNS: readonly (readonly [ProtectedCategory, readonly string[]])[] = [
  [
    'disability',
    [
      `${ASSISTANCE} ${ANIMAL}`,
      'emotional[ -]support',
      'e\\.?s\\.?a\\.? (?:dog|cat|animal|pet|letter|paperwork)',
      '(?:an?|my|his|her|their|has|have|registered|certified) esas?',
      'disab(?:led|ility|ilities)',
      'handicap(?:ped|s)?(?:[ -]accessible)?',
      '(?:in )?(?:an? |his |her |their )?wheel-?chairs?(?:[ -](?:accessible|access|bound|user|users|ramp))?',
      '(?:uses?|using|with|has|needs?) (?:a |an |his |her |their )?(?:walker|cane|crutches|oxygen(?: tank)?|prosthe(?:sis|tic)(?: leg| arm)?|hearing aids?|mobility scooter)',
      'mobility (?:issues?|impair(?:ed|ments?)|problems?|scooter|aid|needs?|challenges?|limitations?)',
      `${SOMEBODY} (?:blind|deaf|mute|paralyzed|sick|terminally ill|bedridden|in recovery|sober|an? (?:recovering )?(?:addict|alcoholic))`,
      '(?:legally|partially|color) blind',
      `(?:blind|deaf|paralyzed|autistic|diabetic) ${PERSON}`,
      '(?<=^|[.!?;]\\s{0,3})blind(?=[,.;]| and )',
      'deaf(?:ness)?',
      'hard of hearing',
      '(?:hearing|visually|vision|physically|mentally|cognitively)[ -](?:impaired|impairment|challenged|ill)',
      '(?:quad|para)plegi[ac]s?',
      'amputees?',
      'autis(?:m|tic)',
      'adhd',
      'ptsd',
      'bipolar',
      'schizophreni(?:a|c)',
      '(?:severe |clinical |chronic |suffers from |has |with )(?:anxiety|depression|pain|illness|fatigue)',
      'mental(?:ly)? (?:illness|ill|health(?: issues?| condition| problems?)?|disorder)',
      'epilep(?:sy|tic)',
      'seizures?',
      'multiple sclerosis',
      'cerebral palsy',
      "dementia|alzheimer'?s?|parkinson'?s",
      'down syndrome',
      'cancer',
      'hiv(?:[ -]positive)?',
      'diabet(?:es|ic)',
      'asthma(?:tic)?',
      'copd',
      'dialysis|chemo(?:therapy)?',
      'recovering (?:addict|alcoholic)',
      'special[ -]needs',
      '(?:medical|health) (?:condition|conditions|needs?|reasons?|issues?|problems?)',
      'reasonable (?:accommodations?|modifications?)',
      'ada (?:unit|apartment|accessible|accommodation)',
    ],
  ],
  [
    'source_of_income',
    [
      '(?:section|sec\\.?|sect\\.?) ?(?:8|eight)(?: (?:voucher|program|certificate|recipient|tenant|holder))?s?',
      '(?:housing|hcv|vash|hud|hud-vash|rental|rent|section 8)(?: choice)?(?: assistance)? vouchers?',
      '(?<!(?:gift|discount|coupon|parking) )vouchers?(?: (?:holder|program|tenant|recipient)s?)?',
      'housing (?:choice|assistance|subsidy|authority)',
      'hcv|hud-?vash|ssi|ssdi|tanf|afdc|wic|ebt',
      '(?:food stamps?|snap benefits)',
      'social security(?! (?:number|no\\.?|card|#))(?: (?:income|benefits?|checks?|disability))?',
      '(?:disability|unemployment|veterans?|va|government|public|state|welfare|retirement) (?:benefits?|checks?|income|payments?|assistance|aid|insurance)',
      'on (?:welfare|unemployment|assistance|disability)',
      'welfare',
      '(?:child|spousal) support',
      'alimony',
      'pension(?:er|ers|s)?',
      '(?:rental|rent) (?:assistance|subsidy|subsidies)',
      'subsidi[sz]ed (?:rent|housing|tenant|income)',
      'rapid re-?housing',
    ],
  ],
  [
    'familial_status',
    [
      `(?:${NUMBER} )?${MINOR}(?: (?:and|&) (?:${NUMBER} )?${MINOR})?(?:,? (?:aged?|ages) ${NUMBER}(?:(?:,| and|,? &| to|-) ?${NUMBER}){0,5})?(?! (?:grand|gate|pool|monitor|proof|boomer|blue|steps))${NAMED_PLACE}`,
      '(?:1|one|a) minor(?= ?(?:[.,;!?)]|$|and ))',
      'minor child(?:ren)?',
      '(?:single|expectant|expecting|new|foster|adoptive|working|stay[ -]at[ -]home) (?:mom|mother|dad|father|parents?|mum|mama)s?',
      '(?:mom|mommy|mum|mother|dad|daddy|father|parent)s?(?!-in-law)(?! (?:company|unit|account))',
      'pregnan(?:t|cy)',
      `${SOMEBODY} expecting(?= ?(?:[.,;!?)]|$|and |in (?:january|february|march|april|may|june|july|august|september|october|november|december|spring|summer|fall|autumn|winter)))`,
      'expecting (?:a |an |their |her |our |my |another |(?:first|second|third) ){0,3}(?:baby|babies|child|twins|boy|girl|son|daughter)',
      'maternity(?: leave)?|paternity leave',
      '(?:full |joint |sole |shared |legal )?custody',
      'foster (?:care|kids?|child(?:ren)?|parents?|family)',
      'adopt(?:ing|ed|s|ion)? (?:a |an |our |their |two )?(?:child|children|baby|kid|kids|son|daughter)',
      '(?:my|our|his|her|their|whole|young|growing|large|big|small|nice|the) (?:big |large |small |young |whole )?famil(?:y|ies)(?! (?:room|home|house|name|doctor|member|plan))',
      'famil(?:y|ies) with(?: [\\p{L}]{1,12}){0,2}? (?:kids?|child(?:ren)?)',
    ],
  ],
  [
    'marital_status',
    [
      '(?:ex-?|soon[ -]to[ -]be[ -]ex-?|late )?(?:husband|wife|wives|spouse|fianc[eé]e?|boyfriend|girlfriend)s?',
      '(?:un|re)?married|newly-?weds?|divorc(?:ed|ee|ing|e)|widow(?:ed|er|s)?',
      `${SOMEBODY} (?:single|separated|engaged|getting married)(?! (?:by|from the|out|story|level|floor|bed|bath|occupan))`,
      '(?:legally |recently |newly )separated(?! by)',
      'separated from (?:his|her|their|my) (?:husband|wife|partner|spouse)',
      `single ${PERSON}`,
      'engaged to be married',
      '(?:my|his|her|their|domestic|life|common-law) partner',
      '(?:young|older|elderly|nice|newlywed|engaged|retired|professional) couple',
    ],
  ],
  [
    'sex_or_gender',
    [
      `(?:fe)?males?(?! ${ANIMAL}| (?:lab|retriever|poodle|terrier|shepherd|bulldog|beagle|kitten|husky|end|connector|adapter))`,
      "(?:wo)?m[ae]n(?! (?:cave|hours?))(?!'s (?:hospital|clinic|wearhouse))",
      '(?:ladies|lady|gentlem[ae]n|gals?|guys?|girl|boy)',
      'trans(?:gender(?:ed)?|sexual| (?:wo)?man)?',
      `(?:gay|lesbians?|bisexual|queer|lgbtq?(?:ia)?\\+?)(?: ${PERSON})?`,
      'non-?binary',
      'same[ -]sex',
      'sexual orientation|gender identity',
    ],
  ],
  [
    'race_or_color',
    [
      'african[ -]americans?|asian[ -]americans?|native[ -]americans?|pacific islanders?|american indians?',
      `(?:caucasians?|latin[oax]s?|latine|hispanics?|asians?)(?: ${PERSON})?`,
      'bi-?racial|mixed[ -]race|interracial|bipoc',
      '(?:person|people|man|woman|men|women) of colou?r',
      `(?:white|black|brown|dark|light)(?:[ -]skinned)? (?:young |older |elderly |middle-aged )?${PERSON}`,
      '(?:dark|light|fair|brown)[ -]skinned',
      `${SOMEBODY} (?:white|black|brown)(?= ?(?:[.,;!?)]|$|and |but |with |or ))`,
      '(?:his|her|their|my|our) (?:race|skin colou?r|ethnicity|ethnic background)|racial(?:ly)?|ethnicity',
    ],
  ],
  [
    'religion',
    [
      "catholics?|protestants?|mormons?|jew(?:s|ish)?|muslims?|islam(?:ic)?|hindus?|sikhs?|buddhists?|atheists?|agnostics?|evangelicals?|pentecostals?|jehovah'?s? witness(?:es)?",
      `(?:baptists?|methodists?|lutherans?|presbyterians?|episcopalians?|adventists?)${NAMED_PLACE}`,
      `(?:${SOMEBODY}|a|an|devout|practicing|good|fellow|orthodox|born-again) (?:christians?|orthodox)`,
      `christians|christian (?:${PERSON}|values|faith|home|community|school)`,
      `(?:near|close to|next to|by|walking distance (?:to|from)|attends?|attending|goes to|going to|member of|belongs to) (?:a |an |the |his |her |their |my |our |local |nearby ){0,2}${RELIGIOUS_PLACE}${NAMED_PLACE}`,
      'kosher|halal|hijab|ramadan|sabbath|shabbat',
      '(?:his|her|their|my|our) (?:religion|faith|church|mosque|synagogue|temple)|very religious|religious(?:ly)?',
    ],
  ],
  [
    'national_origin',
    [
      `${SOMEBODY} ${NATIONALITY}`,
      `${NATIONALITY}(?:[ -]american)? (?:young |older |elderly )?${PERSON}`,
      `(?:originally|comes?|came|immigrated|emigrated|${SOMEBODY}) from ${COUNTRY}`,
      'immigrants?|immigration(?: status)?|refugees?|asylum(?: seekers?)?|undocumented|illegal aliens?',
      '(?:green card|work visa|student visa|visa (?:status|holder)|h-?1b|daca)(?: holder)?s?',
      '(?:u\\.?s\\.? |american |dual |non-?|naturalized )?citizenship',
      '(?:u\\.?s\\. |us |american |dual |non-?|naturalized |a |not a )citizens?',
      'foreigners?|foreign (?:nationals?|born)|foreign-born',
      '(?:foreign|heavy|thick|strong|[\\p{L}]{3,12}(?:an|ish|ese|ic)) accent(?! walls?)',
      'national(?: origin|ity)|(?:his|her|their|my|our) ancestry',
    ],
  ],
  [
    'age',
    [
      `(?<!(?:dog|cat|pet|puppy|building|house|property|roof|carpet|it|furnace|fridge|hvac|unit|complex)(?: is|'s| was| about|,)? )(?:\\d{1,3}|[\\p{L}]{3,6}ty(?:-[\\p{L}]{3,5})?)[ -](?:years?|yrs?|yr|months?|mos?)[ -](?:old|of age)s?${DOES_NOT_AGE}`,
      '\\d{1,2} ?(?:yo|y/o)',
      `(?:aged|ages?:?) \\d{1,3}(?:(?:,| and|,? &| to|-) ?${NUMBER}){0,5}`,
      "in (?:his|her|their|my|our) (?:early |mid |mid-|late )?(?:[2-9]0'?s|teens|twenties|thirties|forties|fifties|sixties|seventies|eighties|nineties)",
      'senior(?: citizen)?s?(?! (?:manager|engineer|developer|analyst|director|accountant|nurse|vice|year|partner|designer|consultant|associate))',
      'elderly|geriatric|middle-?aged|retirees?|retired|millennials?|boomers?',
      `(?:young|older|old|younger) (?:white |black |single |married ){0,2}${PERSON}`,
      '(?:too|very|quite|pretty) (?:old|young)(?= ?(?:[.,;!?)]|$|and |to ))',
      '(?:d\\.?o\\.?b\\.?|date of birth|birth ?date|birthday|born (?:on|in))(?:[: ]+(?:is )?[\\d/.-]{2,10})?',
    ],
  ],
  [
    'military_status',
    [
      `veterans?${NAMED_PLACE}|(?:vietnam|gulf|iraq|afghanistan|army|navy|marine|air force|military|war|combat|disabled|retired) vets?|active[ -]duty|in the (?:army|navy|marines|air force|military)|military (?:family|status|wife|spouse)`,
    ],
  ],
];

/**
 * Words of somebody who may be asking for an accommodation or has an assistance animal: a person takes over, and the
 * animal is never treated as a pet with a fee (42 USC 3604(f)(3)(B)).
 */
export const ACCOMMODATION_PATTERNS: readonly string[] = [
  `${ASSISTANCE} ${ANIMAL}`,
  'emotional[ -]support',
  'e\\.?s\\.?a\\.? (?:dog|cat|animal|pet|letter|paperwork)',
  '(?:an?|my|his|her|their|has|have|registered|certified) esas?',
  'wheel-?chairs?',
  'mobility (?:issues?|impair(?:ed|ments?)|problems?|scooter|aid|needs?|challenges?|limitations?)',
  'disab(?:led|ility|ilities)|handicap(?:ped)?',
  'reasonable (?:accommodations?|modifications?)',
  '(?:needs?|request(?:s|ing|ed)?|asks?|asking|asked|letter|paperwork|process|form) (?:(?:for|an?|about|some|the) ){0,2}accommodations?',
  'accommodations? (?:requests?|letters?|process|forms?|for (?:my|his|her|their|a) (?:condition|illness|needs?))',
  '(?:wheelchair|handicap(?:ped)?|ada|fully)[ -](?:accessible|compliant)|accessible (?:unit|apartment|bath(?:room)?|parking|entrance|entry|shower|kitchen|home)',
  'grab[ -]bars?|roll-?in shower|(?:wheelchair|access) ramp|visual (?:alarm|smoke detector)',
  "(?:doctor|physician|therapist|psychiatrist|medical)'?s? (?:letter|note|prescription)",
  'medical(?:ly)? (?:necess(?:ary|ity)|needs?|reasons?|conditions?)',
  '(?:hearing|visually|vision)[ -]impaired|hard of hearing|legally blind',
];

/** "2 adults and 2 kids", "family of four": the number of people stays, who they are goes. */
export const PEOPLE_COUNTS = {
  adults_and_minors: `(${NUMBER}) ${ADULT}(?: and|,? plus|,| with| &| \\+)? ?(${NUMBER}) (?:small |young |little )?${MINOR}`,
  family_of: `(?:an? |my |our |his |her |their )?(?:young |large |small |nice )?family of (${NUMBER})`,
};
