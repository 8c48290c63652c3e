/// What attackers try first here, in French and English, and how fingers run over keyboards. Folded: no case, no diacritics, no spaces.
///
/// Words that people choose as passwords, not a dictionary: four words of a dictionary are a good password.
enum CommonPasswords {
    /// By their first letter.
    static let words = Dictionary(grouping: list.map { Array($0.unicodeScalars) }) { $0[0] }

    /// A row of keys, or letters in their order.
    struct Line: Sendable {
        let places: [Unicode.Scalar: Int]
        init(_ text: String) { places = Dictionary(uniqueKeysWithValues: zip(text.unicodeScalars, 0...)) }
    }

    static let lines = [
        "abcdefghijklmnopqrstuvwxyz", "0123456789", "13579", "02468",
        "azertyuiop", "qsdfghjklm", "wxcvbn", "&é\"'(-è_çà)=",
        "qwertyuiop", "asdfghjkl", "zxcvbnm", "!@#$%^&*()_+", "qwertzuiop", "yxcvbnm",
        // Columns, with the digits above them and without.
        "1aqw2zsx3edc4rfv5tgb6yhn7uj8ik9ol0pm", "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
        "aqwzsxedcrfvtgbyhnujikolpm", "qazwsxedcrfvtgbyhnujmikolp",
        // Two rows in turn.
        "1a2z3e4r5t6y7u8i9o0p", "1q2w3e4r5t6y7u8i9o0p", "a1z2e3r4t5y6u7i8o9p0", "q1w2e3r4t5y6u7i8o9p0",
        "aqzsedrftgyhujikolpm", "qawsedrftgyhujikolp",
    ].map(Line.init)

    static let list = [access, hospital, affection, names, places, time, leisure, nature, phrases]
        .flatMap { $0.split { $0.isWhitespace } }

    private static let access = """
        acces access admin administrateur administration administrator bienvenue changeme changermoi changezmoi compte
        connexion default defaut demo dossier guest identifiant informatique internet invite letmein login logiciel
        manager master motdepasse motdepass motdepasses mdpmdp monmotdepasse nouveau nouveaumotdepasse ordinateur
        ouvretoi pass passe passer passphrase passwd password passwort phrasedepasse prive private provisoire
        public root secret secrets secure securite security serveur server session sesame sesameouvretoi support systeme
        system temporaire temporary test tester testing trustno user username utilisateur welcome whatever windows
        microsoft google facebook instagram samsung iphone android orange bouygues computer network wifi
        """

    private static let hospital = """
        aidesoignant aidesoignante ambulance anesthesie bloc blouse cardiologie centrehospitalier chirurgie chirurgien
        clinic clinique doctor docteur ecran hopital hopitaux hospital infirmerie infirmier infirmiere infirmiers
        interne malade maternite medecin medecine medecins medical medicine moniteur monitor monitoring neurologie
        nurse patient patiente patients pediatrie pharmacie radiologie reanimation samu sante service soignant
        soignante soins surveillance urgence urgences
        """

    private static let affection = """
        amitie amour amours angel ange baby bebe bella biche bijou bisou bisous bonheur bonjour bonsoir cherie cheri
        chouchou coeur coucou cutie doudou famille family forever freedom friend friends hello heureux hottie
        iloveyou jetadore jetaime jtaime kiss liberte lolo lover lovely love loulou louloute maman mamour merci
        mignon minou monamour moncoeur mother papa papamaman paradis passion petite poupette poussin pourlavie
        pourtoujours princess princesse salut salope sunshine sweet toujours tresor tiamo
        sexy putain merde connard fuckyou asshole bitch
        """

    private static let names = """
        adrien alexandra alexandre alexis amelie andre andrea andrew anthony antoine arthur ashley aurelie baptiste
        benjamin bernard brandon camille caroline cecile celine charles charlie charlotte chloe christian christine
        christophe claire clement corentin daniel david dupont elodie emilie emma eric fabien florian francois
        frederic gabriel george guillaume hannah hugo isabelle jacques james jean jennifer jeremy jerome jessica
        jordan joseph joshua jules julie julien justin kevin laetitia laura laurent lucas lucie maeva manon marie
        marine martin marion mathieu mathilde matthew matthieu maxime melanie melissa michael michel michelle monique
        morgane nathalie nathan nicolas nicole olivia olivier pascal patrick paul pauline philippe pierre quentin
        raphael robert romain samantha sandrine sarah sebastien simon sophie stephane stephanie sylvie thomas valerie
        vanessa victor vincent virginie william xavier yannick
        """

    private static let places = """
        afrique algerie america amerique anglais bordeaux bretagne canada corse england espagne europe france
        francais grenoble italia italie lille london londres lyon madrid maroc marseille montpellier nantes newyork
        nice paris portugal quebec rennes strasbourg suisse toulon toulouse tunisie vivelafrance
        """

    private static let time = """
        janvier fevrier mars avril juin juillet aout septembre octobre novembre decembre january february march april
        june july august september october november december lundi mardi mercredi jeudi vendredi samedi dimanche
        monday tuesday wednesday thursday friday saturday sunday printemps automne hiver spring summer autumn winter
        matin midi soir nuit vacances noel christmas anniversaire birthday
        """

    private static let leisure = """
        arsenal asterix barcelone baseball basket basketball batman biere champion chelsea cheese chocolat chocolate
        cookie corvette coffee cafe disney ferrari foot football fortnite gamer games guitar guitare hockey jesus
        harrypotter juventus killer kitkat legend liverpool mercedes metallica minecraft musique music naruto
        nirvana nutella obelix olympique ninja peugeot pikachu playstation pokemon porsche psg4life renault
        ronaldo messi mbappe zidane rugby skyrim slipknot soccer spiderman starwars superman tennis thebest tintin
        topgun vodka voiture yamaha zelda
        """

    private static let nature = """
        animal banane banana butterfly canard caramel cerise chat chaton cheval chien chienne citron dauphin
        diamond dolphin dragon eagle etoile flamme fleur flower fraise framboise ginger hibou jasmine lapin licorne
        lion loup marmotte matrix monkey mustang nounours orchidee panthere papillon peanut pepper phoenix poisson
        purple rainbow rose scorpion shadow silver soleil souris star tigre tigger tournesol tortue vanille
        violette
        """

    private static let phrases = """
        allonsenfantsdelapatrie liberteegalitefraternite anticonstitutionnellement metroboulotdodo
        ceciestunmotdepasse cestlavie cestmoi correcthorsebatterystaple commentcava dieuestgrand
        hakunamatata iletaitunefois ilovemyfamily jaioubliemonmotdepasse jaimelavie jemappelle jenesaispas
        jepensedoncjesuis jesuischarlie jesuislameilleure jesuislemeilleur joyeuxanniversaire joyeuxnoel
        lavieestbelle letitbe livefreeordie loremipsum dolorsitamet maytheforcebewithyou mafamille mesenfants
        mypassword nothingtosee onceuponatime openthedoor portezcevieuxwhisky aujugeblondquifume quelaforcesoitavectoi
        supercalifragilisticexpialidocious thequickbrownfox jumpsoverthelazydog thisismypassword tobeornottobe
        thatisthequestion toutvabien vivelavie vivelesvacances winteriscoming yesican youshallnotpass
        """
}
