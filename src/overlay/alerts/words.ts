// Words that hosts do not want on stage, in several languages: whole words, as the filter writes them. Short on purpose,
// and without words that are harmless in another language; hosts add their own.

const lists: Record<string, string> = {
  en: `fuck fucks fucked fucker fuckers fucking fck fuk fuq motherfucker motherfuckers shit shits shitty bullshit bitch
    bitches biatch cunt cunts cock cocks dick dicks dickhead pussy pussies asshole assholes arsehole twat wanker wankers
    whore whores slut sluts nigger niggers nigga niggas nigg faggot faggots fag fags tranny trannies retard retards
    retarded spastic kike kikes chink chinks spic spics gook gooks paki pakis rape rapist raped pedo pedophile
    paedo cumshot blowjob handjob jizz dildo porn porno hitler nazi nazis heil kys killyourself`,
  de: `scheisse scheiss scheissen fick ficken ficker gefickt fotze fotzen arschloch arschlocher hure huren hurensohn
    hurensohne wichser wichsen schlampe schlampen schwuchtel schwuchteln neger kanake kanaken missgeburt spast spasti
    nutte nutten muschi vergewaltigen`,
  es: `puta putas puto putos putada mierda joder jodete jodido gilipollas cabron cabrones maricon maricones marica
    polla pollas verga pendejo pendejos chinga chingada chingar culero zorra follar hijueputa malparido`,
  fr: `putain pute putes salope salopes encule encules enculer merde connard connards connasse nique niquer ntm batard
    batards pede pedes tapette negre negres bougnoule couille couilles`,
  it: `cazzo cazzi stronzo stronzi puttana puttane troia vaffanculo merda coglione coglioni frocio froci `,
  pt: `caralho porra foder fodase foda merda buceta viado viados arrombado cuzao filhodaputa`,
  nl: `kut kankerhoer hoer hoeren tyfus neuken klootzak flikker mongool`,
  pl: `kurwa kurwy chuj chuja pierdol pierdole spierdalaj jebac jebany pizda cwel`,
  tr: `amk orospu siktir sikerim ibne yarak gotveren`,
  ru: `хуй хуя хуи пизда пизды блядь бляди блять ебать ебаный еблан сука суки пидор пидоры пидорас мудак гандон
    blyat blyad suka cyka pidor pizda`,
};

export const defaultWords: ReadonlySet<string> = new Set(
  Object.values(lists).flatMap((list) => list.split(/\s+/).filter(Boolean)),
);
