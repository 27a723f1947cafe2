/*
 * Given names and what their bearers are called, common knowledge of English and Spanish usage in the United States.
 * The first word of a line names the group; a word may be in several groups (Alex, Chris, Pat).
 */
const GROUPS = `
abigail abby abbie gail
abraham abe bram
adelaide addie adele
albert al bert bertie alberto beto
alejandro alex ale jandro
alejandra alex ale jandra
alexander alex al xander sasha alec lex
alexandra alex alexa sandra sasha lexi sandy
alfred al fred alfie alfredo
alice ali allie
allison ali allie alison
amanda mandy
andrew andy drew andre andres
angela angie angelina
anna ann anne annie ana hannah
anthony tony antonio anton
archibald archie
arthur art artie arturo
barbara barb barbie babs bobbie
beatrice bea trixie beatriz betty
benjamin ben benny benji
bernard bernie barney bernardo
bradley brad
calvin cal
cameron cam
carlos charlie carlitos charles
caroline carrie carol carolyn lynn carolina
cassandra cass cassie sandra
catherine cathy kathy kate katie cat kay katherine kathryn kit kitty catalina kathleen katya
cecilia cece ceci celia
charles charlie chuck chas chaz carl
charlotte charlie lottie
christina chris christine tina christy kristina kristin christie cristina kristen
christopher chris kit topher kris cristobal
clarence clare
clifford cliff
concepcion concha conchita
constance connie
cornelius neil
cynthia cindy
daniel dan danny danilo
deborah deb debbie debra
delores dee lola dolores
dennis denny
dmitri dima mitya dmitry dimitri
dominic dom nick domingo
donald don donny
dorothy dot dottie dolly dory
douglas doug
eduardo eddie lalo edward
edward ed eddie ned ted teddy
eleanor ellie ella nora nell leonor
elizabeth liz beth betty lizzie eliza betsy libby elisabeth bess lisa isabel elsie lizbeth
emily em emma millie
enrique kike henry quique
ernest ernie ernesto
esperanza espe hope
eugene gene
evelyn eve evie
florence flo
frances fran frannie francesca
francis frank fran
francisco paco pancho frank cisco kiko
frank frankie francis franklin
frederick fred freddy rick fritz federico
gabriel gabe gabby
gabriela gabby gaby gabrielle
genevieve gen jenny
george georgie jorge
gerald gerry jerry
gerard gerry jerry gerardo
gertrude trudy gertie
gilbert gil gilberto bert
gloria glo
gregory greg gregorio
guadalupe lupe lupita
guillermo memo william
gwendolyn gwen wendy
harold hal harry
harriet hattie
henry hank harry hal
herbert herb bert
howard howie
ignacio nacho
irene rene
isaac ike
isabella bella izzy isabel isa
jacob jake jack jacobo
jacqueline jackie
james jim jimmy jamie jay
janet jan jane
janice jan
jason jay
jeffrey jeff geoff geoffrey
jennifer jen jenny jenn
jeremy jerry
jerome jerry
jessica jess jessie
jesus chuy chucho
joan joanie
john johnny jack jon ivan juan johnnie
jonathan jon jonny nathan
jose pepe joseph che
josefina pepa fina josephine
joseph joe joey jo
josephine jo josie
joshua josh
juan juanito john juancho
joyce joy
judith judy jude
julia julie jules
katherine kathy kate katie kay kathryn kat
kenneth ken kenny
kimberly kim
larry lawrence
laura laurie lori
lawrence larry laurence lorenzo
leonard len lenny leo leonardo
leroy roy
leslie les
lewis lew lou louis luis
lillian lily lil
linda lynn lindy
louis lou louie luis lewis
louise lou luisa
lucille lucy lucia
luis lou louis lucho
manuel manny manolo
marcus marc mark marcos
margaret maggie meg peggy marge margie greta rita margarita daisy
maria mary marie mia mariah
martha marty patty marta
martin marty
mary molly polly marie maria mae
matthew matt matty mateo
maurice moe morris
maximilian max
megan meg
melissa missy mel lissa
michael mike mickey mick micky miguel misha mikhail
michelle shelly micki
mildred millie
miguel mike michael
mitchell mitch
mohammed mohammad muhammad mohamed mo mohamad
monica mona
nancy nan
natalie nat natasha natalia
nathaniel nate nathan nat
nicholas nick nicky nico nicolas nikolai kolya
nicole nikki nicky
norman norm
oliver ollie
olivia liv livvy
oscar ozzie
pamela pam
patricia pat patty trish tricia patti
patrick pat paddy
paul pablo pauly
penelope penny
peter pete pedro
philip phil phillip felipe pip
priscilla cilla
rachel rach raquel
ramon monchi raymond
randall randy
raymond ray ramon
rebecca becky becca
regina gina reggie
reginald reg reggie
ricardo rick richard
richard rick rich dick ricky richie
robert bob bobby rob robbie bert roberto
roberta bobbie robbie
roderick rod rick
rodney rod
roger rog
ronald ron ronnie
rosario charo
rosemary rose rosie
roxanne roxy
roy leroy
rudolph rudy
russell russ rusty
ruth ruthie
samantha sam sammy
samuel sam sammy
sandra sandy
santiago santi diego chago
sarah sally sara sadie
sergei sergey seryozha sergio
sebastian seb bas
sharon shari
shirley shirl
sophia sophie sofia
solomon sol
stanley stan
stephanie steph stevie estefania
stephen steve steven stevie esteban
stuart stu stewart
susan sue susie suzie suzanne susana
sylvia syl
tamara tammy
teresa terry theresa tess tessa tere
terrence terry
theodore ted teddy theo
thomas tom tommy tomas
timothy tim timmy
tobias toby
tyrone ty
valentina val
valerie val
vanessa nessa
veronica ronnie vero roni
victor vic
victoria vicky tori vicki
vincent vince vinny vicente
virginia ginny ginger
vladimir vlad vova volodya
walter walt wally
wanda wendy
warren ren
wesley wes
wilfred will fred
wilhelmina mina willa billie
william bill billy will willie liam wilhelm
winifred winnie
yolanda yoli
zachary zach zack zak
`;

const groupsByName = new Map<string, string[]>();
for (const line of GROUPS.trim().split('\n')) {
  const names = line.split(' ');
  for (const name of names) groupsByName.set(name, [...(groupsByName.get(name) ?? []), names[0]!]);
}

/** The groups of given names that a folded name belongs to: `bill` is of `william`; none for most names. */
export function nicknameGroups(name: string): readonly string[] {
  return groupsByName.get(name) ?? [];
}
