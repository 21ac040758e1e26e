#include "attestations/statements.h"

#include "base/text_encoding.h"
#include "crypto/hash.h"

#include <algorithm>
#include <vector>

namespace belfry::attestations {
namespace {

struct Known {
  Topic topic;
  std::string_view name, measure;
};
constexpr Known kKnown[] = {{Topic::kAccessManagement, "access_management", "S07-C-01"},
                            {Topic::kGuestAccess, "guest_access", "S07-C-07"},
                            {Topic::kStaff, "staff", "S10-C-01"},
                            {Topic::kSkills, "skills", "S10-C-02"},
                            {Topic::kInstructions, "instructions", "S10-C-04"}};

const Known& known(Topic topic) {
  return *std::ranges::find(kKnown, topic, &Known::topic);
}

struct Asked {
  Topic topic;
  std::int64_t version;
  std::string_view english, french;
};
constexpr Asked kAsked[] = {
    {Topic::kAccessManagement, 1,
     "Our organisation alone decides who of its staff reaches the services and the management "
     "platform. It opens the accounts, gives the rights, looks at them again and takes them back "
     "without delay when somebody leaves or changes duties.\n\n"
     "The persons named below answer for that. When one of them leaves, we sign again and name who "
     "took over.",
     "Notre organisation décide seule qui, parmi son personnel, accède aux services et à la "
     "plateforme de gestion. Elle ouvre les comptes, donne les droits, les revoit et les retire "
     "sans attendre quand quelqu’un part ou change de fonction.\n\n"
     "Les personnes nommées ci-dessous en répondent. Quand l’une d’elles part, nous signons de "
     "nouveau et nommons qui a pris la suite."},
    {Topic::kGuestAccess, 1,
     "Our organisation alone manages who may do what on the systems and applications that it runs "
     "or deploys itself, those on the provider’s services included: their accounts, passwords, "
     "keys and rules of access.\n\n"
     "It keeps their administration out of reach of the public network, or behind means that it "
     "chose for that. The provider neither knows nor changes these rights.",
     "Notre organisation gère seule qui peut faire quoi sur les systèmes et les applications "
     "qu’elle exploite ou déploie elle-même, y compris sur les services du fournisseur : leurs "
     "comptes, mots de passe, clés et règles d’accès.\n\n"
     "Elle garde leur administration hors de portée du réseau public, ou derrière des moyens "
     "choisis pour cela. Le fournisseur ne connaît ni ne change ces droits."},
    {Topic::kStaff, 1,
     "Our organisation answers for its staff, above all for those who use the services: whom it "
     "engages, what it asks of them, and what follows when a rule is broken.\n\n"
     "Each account of a person belongs to one person whom we can name. Programs have accounts of "
     "their own, with a person who answers for them.",
     "Notre organisation répond de son personnel, et d’abord de ceux qui utilisent les services : "
     "qui elle engage, ce qu’elle leur demande, et ce qui suit quand une règle n’est pas "
     "respectée.\n\n"
     "Chaque compte de personne appartient à une seule personne, que nous pouvons nommer. Les "
     "programmes ont leurs propres comptes, dont une personne répond."},
    {Topic::kSkills, 1,
     "Our organisation makes sure that whoever uses the services knows how to, for the duties that "
     "person has: training before the first use, and again when the duties or the services change."
     "\n\n"
     "Whoever administers them knows the second factor, the rights, the log, and what to do when "
     "an account or a key may be in the wrong hands.",
     "Notre organisation veille à ce que chaque utilisateur des services sache s’en servir, selon "
     "ses fonctions : une formation avant le premier usage, et de nouveau quand les fonctions ou "
     "les services changent.\n\n"
     "Qui les administre connaît le second facteur, les droits, le journal, et ce qu’il faut faire "
     "quand un compte ou une clé a pu tomber en de mauvaises mains."},
    {Topic::kInstructions, 1,
     "Our organisation passes on to its users what they need to use the services safely: the "
     "instructions of the provider, our own rules, and what changes in either.\n\n"
     "Each user knows whom to tell, and how, when something looks wrong.",
     "Notre organisation transmet à ses utilisateurs ce qu’il leur faut pour utiliser les services "
     "en sécurité : les consignes du fournisseur, nos propres règles, et ce qui change dans les "
     "unes ou les autres.\n\n"
     "Chaque utilisateur sait qui prévenir, et comment, quand quelque chose paraît anormal."}};

std::string counted(const std::string& text) {
  return std::to_string(text.size()) + "\n" + text;
}

}  // namespace

std::string_view name_of(Topic topic) {
  return known(topic).name;
}

std::optional<Topic> topic_named(std::string_view name) {
  const auto* found = std::ranges::find(kKnown, name, &Known::name);
  return found == std::end(kKnown) ? std::nullopt : std::optional(found->topic);
}

std::string_view measure_of(Topic topic) {
  return known(topic).measure;
}

std::string sha256_of(const Statement& statement) {
  const std::string octets = std::string(name_of(statement.topic)) + " " +
                             std::to_string(statement.version) + "\n" + counted(statement.english) +
                             counted(statement.french);
  return to_hex(crypto::sha256(as_view(octets)));
}

std::span<const Statement> catalogue() {
  static const std::vector<Statement> kCatalogue = [] {
    std::vector<Statement> all;
    for (const Asked& asked : kAsked)
      all.push_back(
          {asked.topic, asked.version, std::string(asked.english), std::string(asked.french)});
    return all;
  }();
  return kCatalogue;
}

}  // namespace belfry::attestations
