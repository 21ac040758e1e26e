import type { accountEn } from './catalogue_account_en';

// What the pages of one's own account say, in French.
export const accountFr: Record<keyof typeof accountEn, string> = {
  'account.title': 'Votre compte',
  'account.second_factor': 'Second facteur',
  'account.second_factor.needed':
    'Votre rôle ne permet rien sans second facteur. Enregistrez-en un maintenant, puis reconnectez-vous.',
  'account.second_factor.demanded':
    'Votre organisation exige de tous un second facteur : tant que vous n’en avez pas, vous ne pouvez rien faire d’autre ici. Enregistrez-en un maintenant ; les clés d’accès et jetons créés sans lui sont à créer de nouveau.',
  'account.passkeys': 'Clés d’identification et clés de sécurité',
  'account.passkeys.asked':
    'Vous administrez le fournisseur, et le second facteur le plus fort vous est demandé : une clé d’identification ou de sécurité. Dès la première, un code ne suffit plus pour ce que permet votre rôle.',
  'account.passkeys.means':
    'Votre appareil ou une clé de sécurité prouve que c’est vous, et aucun autre site ne peut le tromper. Une clé qui demande un code PIN ou une empreinte vous connecte sans le mot de passe.',
  'account.passkeys.none': 'Pas encore de clé d’identification.',
  'account.passkeys.label': 'Libellé',
  'account.passkeys.label.like': 'De quel appareil il s’agit',
  'account.passkeys.add': 'Ajouter une clé',
  'account.passkeys.site': 'Fonctionne sur',
  'account.passkeys.alone_suffices': 'connecte sans le mot de passe',
  'account.passkeys.backed_up': 'sur plusieurs appareils',
  'account.passkeys.remove': 'Retirer la clé d’identification',
  'account.passkeys.remove.ask':
    '« {label} » ne vous connectera plus, et vos autres sessions se terminent.',
  'account.remove.of': 'Retirer {name}',
  'account.totp': 'Application d’authentification',
  'account.recovery': 'Codes de secours',
  'account.recovery.means':
    'Pour le jour où vous aurez perdu tout second facteur : chacun permet de se connecter une fois, avec le mot de passe. Gardez-les ailleurs que le facteur.',
  'account.recovery.once': 'Copiez-les maintenant : ils ne sont affichés qu’une fois.',
  'account.recovery.left.one': 'Il reste {n} code.',
  'account.recovery.left.other': 'Il reste {n} codes.',
  'account.recovery.make': 'Créer de nouveaux codes',
  'account.recovery.make.ask': 'Tous les précédents cesseront de servir.',
  'account.recovery.used':
    'Vous vous êtes connecté avec un code de secours. Ajoutez maintenant un nouveau second facteur, et retirez celui que vous avez perdu.',
  'account.totp.remove': 'Retirer l’application',
  'account.totp.remove.ask':
    'Ses codes ne vous connecteront plus, et vos autres sessions se terminent.',
  'account.totp.on': 'En vigueur',
  'account.totp.off': 'Non enregistré',
  'account.totp.means':
    'Une application d’authentification affiche un nouveau code à six chiffres toutes les 30 secondes. Avec elle, votre mot de passe seul n’ouvre rien.',
  'account.totp.begin': 'Enregistrer une application',
  'account.totp.replace': 'Changer d’application',
  'account.totp.qr': 'Code QR du secret ; son texte est à côté',
  'account.totp.scan':
    'Scannez le code avec votre application, ou saisissez-y le secret. Puis entrez le code qu’elle affiche.',
  'account.totp.secret': 'Secret',
  'account.totp.confirm': 'Activer',
  'account.totp.sign_in_again':
    'Une fois activé, déconnectez-vous puis reconnectez-vous avec un code.',
  'account.password': 'Mot de passe',
  'account.password.rules':
    'Au moins 8 caractères avec un second facteur, 15 sans. Une phrase se retient mieux qu’un casse-tête.',
  'account.password.old': 'Mot de passe actuel',
  'account.password.new': 'Nouveau mot de passe',
  'account.password.again': 'Nouveau mot de passe, encore',
  'account.password.differs':
    'Les deux saisies diffèrent. Saisissez à nouveau le nouveau mot de passe.',
  'account.password.change': 'Changer le mot de passe',
  'account.password.changed': 'Le mot de passe est changé.',
  'account.sessions': 'Sessions',
  'account.sessions.means':
    'Là où vous êtes connecté. Terminez ce que vous ne reconnaissez pas, puis changez de mot de passe.',
  'account.sessions.none': 'Aucune session ouverte.',
  'account.sessions.browser': 'Navigateur',
  'account.sessions.unknown': 'Programme inconnu',
  'account.sessions.address': 'Adresse',
  'account.sessions.also': 'aussi',
  'account.sessions.elsewhere': 'utilisée ailleurs',
  'account.sessions.seen': 'Dernière activité',
  'account.sessions.current': 'celle-ci',
  'account.sessions.end': 'Terminer la session',
  'account.sessions.end.ask': '{browser}, à l’adresse {address}, devra se reconnecter.',
  'account.access_keys': 'Clés d’accès',
  'account.access_keys.means':
    'Les clients S3 signent leurs requêtes avec une clé d’accès. Créez-en une par programme, pour pouvoir retirer chacune seule.',
  'account.access_keys.none': 'Pas encore de clé d’accès.',
  'account.access_keys.create': 'Créer une clé',
  'account.access_keys.id': 'Clé d’accès',
  'account.access_keys.secret': 'Clé secrète',
  'account.access_keys.delete': 'Supprimer la clé d’accès',
  'account.access_keys.delete.ask': 'Les programmes qui signent avec elle seront refusés aussitôt.',
  'account.api_tokens': 'Jetons d’API',
  'account.api_tokens.means':
    'Un jeton permet à un programme d’utiliser l’API REST ou la ligne de commande en votre nom, avec le second facteur de cette session.',
  'account.api_tokens.none': 'Pas encore de jeton d’API.',
  'account.api_tokens.label': 'Libellé',
  'account.api_tokens.label.like': 'Ce qui l’utilisera',
  'account.api_tokens.create': 'Créer un jeton',
  'account.api_tokens.secret': 'Jeton d’API',
  'account.api_tokens.delete': 'Supprimer le jeton d’API',
  'account.api_tokens.delete.ask':
    'Les programmes qui utilisent « {label} » seront refusés aussitôt.',
  'account.delete.of': 'Supprimer {name}',
  'secret.once': 'Copiez maintenant : ceci n’est affiché qu’une fois.',
};
