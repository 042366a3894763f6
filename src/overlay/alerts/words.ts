// Words that hosts do not want on stage, in several languages: whole words, as the filter writes them. Short on purpose;
// hosts add their own.

const lists: Record<string, string> = {
  en: `fuck fucks fucked fucker fuckers fucking fck fuk fuq motherfucker motherfuckers shit shits shitty bullshit bitch
    bitches biatch cunt cunts cock cocks dick dicks dickhead pussy pussies asshole assholes arsehole twat wanker wankers
    whore whores slut sluts nigger niggers nigga niggas nigg faggot faggots fag fags tranny trannies retard retards
    retarded spastic kike kikes chink chinks spic spics gook gooks paki pakis coon rape rapist raped pedo pedophile
    paedo cum cumshot blowjob handjob jizz dildo porn porno xxx hitler nazi nazis heil kys killyourself`,
  de: `scheisse scheiss scheissen fick ficken ficker gefickt fotze fotzen arschloch arschlocher hure huren hurensohn
    hurensohne wichser wichsen schlampe schlampen schwuchtel schwuchteln neger kanake kanaken missgeburt spast spasti
    nutte nutten schwanz muschi vergewaltigen`,
  es: `puta putas puto putos putada mierda joder jodete jodido cono gilipollas cabron cabrones maricon maricones marica
    polla pollas verga pendejo pendejos chinga chingada chingar culero zorra follar hijueputa malparido`,
  fr: `putain pute putes salope salopes encule encules enculer merde connard connards connasse nique niquer ntm batard
    batards pede pedes tapette negre negres bougnoule bite couille couilles`,
  it: `cazzo cazzi stronzo stronzi puttana puttane troia vaffanculo merda coglione coglioni frocio froci negro`,
  pt: `caralho porra foder fodase foda merda buceta viado viados arrombado cuzao filhodaputa`,
  nl: `kut kanker kankerhoer hoer hoeren tyfus neuken klootzak flikker mongool`,
  pl: `kurwa kurwy chuj chuja pierdol pierdole spierdalaj jebac jebany pizda cwel`,
  tr: `amk orospu sik siktir sikerim pic ibne yarak gotveren`,
  ru: `хуй хуя хуи пизда пизды блядь бляди блять ебать ебаный еблан сука суки пидор пидоры пидорас мудак гандон
    blyat blyad suka cyka pidor pizda`,
};

export const defaultWords: ReadonlySet<string> = new Set(
  Object.values(lists).flatMap((list) => list.split(/\s+/).filter(Boolean)),
);
