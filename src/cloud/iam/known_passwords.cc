#include "known_passwords.h"

#include <algorithm>
#include <unordered_set>

namespace belfry::iam {
namespace {

// Words that people make passwords of, in English and French; lower case, letters alone. The
// rules look behind digits, signs and letters written as digits, so that each word stands for its
// hundreds of variants.
constexpr std::string_view kWords = R"(
access accessdenied acdc admin adminadmin administrateur administrator africa again alexander
alexandra alexandre alexis allah always amanda amazon america america1 amis amour anderson
andrea andrew android ange angel angela angels ansible anthony antoine antonio anybody aout
apache apple apple1 april argent arsenal asdf asdfgh asdfghjkl ashley asshole asterix august
automne autumn avatar avengers avril azerty azertyuiop baby babyboy babygirl backup banana
barbara barcelona bart baseball basketball batman batterystaple beatles beautiful beauty bebe
beffroi belfry belgique benjamin berlin bernard beyonce bible bienvenue bitch biteme black blanc
blessed blessing bleu blink blue bonjour bonjourlemonde boss brandon brasil brian brother brown
bruxelles bucket buddha bullshit bureau burger business butter cafe california camaro camille
canada captain carlos caroline catherine cedric ceph champion chance changeit changeme charles
charlie chat cheese chelsea cheri cherie cherry chien china chocolat chocolate chouchou christ
christian christine christophe church cisco citron claire claude cloud coffee company computer
connard cookie cookies correcthorse correcthorsebatterystaple corvette coucou cowboy cowboys
crystal daddy daisy dancer dancing daniel danielle danse darling database david davis deadpool
debian december decembre default demo denis diamond diego dimanche director disney docker doggie
doggy dollar dominique donald doudou dragon drummer dubois dummy durand eagle eagles edward
elastic elena elizabeth elvis emilie eminem emmanuel employee encore entreprise eric espana euro
europe everybody example exemple fabien fabrice facebook faith falcon famille family father
february felix ferrari fevrier fleur florian florida flower foobar foobarbaz football footballer
forever fraise france francis francois frederic freedom friday friend friends frodo fromage
fuckme fuckoff fuckyou gabriel gagnant gandalf garcia garfield george gerard germany ginger
github gitlab gladiator gold golden golf golfer gonzalez google grace grafana green gregory
guerrier guest guillaume guitar guitare hacker hackme hadoop handsome harley heather heaven
helene hello hellokitty helloworld hernandez hiver hobbit hockey homer honda honey hulk hunter
idiot ihateyou ilovegod ilovemyself iloveyou iloveyoubaby iloveyouforever iloveyousomuch inconnu
india initial internet invite iphone ironman isabelle italia jackson jacques jamais james
january janvier japan jasmine jason jaune jenkins jennifer jerome jessica jesus jetaime jeudi
johnson joker jones jordan joseph joshua juillet juin julie julien july june justin juventus
karine kevin kibana killer kitten kitty kubernetes lakers laura lauren laurence laurent lefebvre
lemon leonard leroy letmein letmeinnow letmeinplease liberte lily linux lion lisboa liverpool
login logon london london1 londres lopez loser loulou love lovely lover loveyou lucas lucie
lucky lundi madrid magic maitre maman manager marathon march mardi maria marie marina mars
marseille martin martine martinez master mathieu matrix matthew maxime melanie melissa mercedes
mercredi merde merlin metallica mexico michael michelle mickael mickey microsoft miguel miller
minio minioadmin minnie minou mommy monday money mongodb monique monkey moore moreau motdepasse
mother music musique mustang mypassword mysql naruto nathalie nathan network never newpassword
newyork nginx nicolas nicole ninja nirvana nobody noir nopassword nothing nounours november
novembre obelix october octobre office oldpassword olivia olivier opensesame oracle orange
orange1 ordinateur ourpassword panther papa paradise paris pascal pass passcode passphrase
passwd password password1 passwordpassword patricia patrick paul pauline peach peanut pepper
perez peter philippe phoenix piano pierre pikachu pizza pleaseletmein pokemon pomme porsche
postgres postgresql princess princess1 princesse printemps provisional provisoire puppy purple
pussy putain qazwsx qazwsxedc qwerty qwertyuiop qwertz rachel rambo ranger rangers raphael
realmadrid rebecca redis reseau richard rien rihanna robert rocknroll rockstar rocky rodriguez
roma romain root rootroot rose rugby runner running russia ryan salope salut samantha samedi
sample samsung samuel samurai sanchez sandra sandrine santos sarah saturday sauvegarde scooby
scoobydoo sebastian sebastien secret secrets securite security september septembre server
serveur sesame sexy shadow shakira signin silva silver simon simpson simpsons singer sister
skater slipknot smith snoopy snowboard soccer soldier somebody sophia sophie spiderman spring
startrek starwars steelers stephane stephanie steven storage strawberry stupid success suckit
suisse summer sunday sunshine superman superuser surfer sweetheart sweetie swimming sylvie
sysadmin system systeme taylor temp temporaire temporary tennis teresa terminator terraform test
tester testing testtest texas theo thepassword thierry thisismypassword thomas thor thursday
tiffany tiger tigger tintin titanic tomcat toor toujours toyota trustno tuesday tulip twitter
ubuntu unknown user useruser utilisateur valentin valerie vanessa vendredi vert victoire victory
vincent violet virginie vmware warrior wednesday welcome whatever white william williams wilson
windows winner winter wizard wolverine wxcvbn xavier yamaha yankees yannick yellow yourpassword
youtube zaqwsx zxcvbn zxcvbnm
)";

std::unordered_set<std::string_view> split() {
  std::unordered_set<std::string_view> words;
  for (std::size_t at = 0; at < kWords.size();) {
    const std::size_t end = std::min(kWords.find_first_of(" \n", at), kWords.size());
    if (end > at) words.insert(kWords.substr(at, end - at));
    at = end + 1;
  }
  return words;
}

const std::unordered_set<std::string_view>& words() {
  static const std::unordered_set<std::string_view> words = split();
  return words;
}

}  // namespace

bool is_known_word(std::string_view word) {
  return words().contains(word);
}

std::size_t known_words() {
  return words().size();
}

}  // namespace belfry::iam
