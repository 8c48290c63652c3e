/// Names that are common in France, for people who do not exist.
enum FrenchNames {
    static let wards = [
        "Cardiologie", "Pneumologie", "Médecine interne", "Chirurgie digestive", "Réanimation", "Gériatrie", "Neurologie",
        "Néphrologie", "Oncologie", "Chirurgie orthopédique", "Soins intensifs", "Hépato-gastro-entérologie", "Endocrinologie",
        "Maladies infectieuses", "Rhumatologie", "Hématologie", "Urologie", "Chirurgie vasculaire", "Médecine polyvalente",
        "Soins de suite et de réadaptation",
    ]

    static let women = [
        "Zoé", "Chloé", "Hélène", "Françoise", "Geneviève", "Joëlle", "Noémie", "Aïcha", "Agnès", "Bérénice", "Céline", "Danièle",
        "Éloïse", "Fatou", "Inès", "Jeanne", "Léa", "Maëlys", "Marie-Thérèse", "Mélanie", "Nadège", "Odette", "Pénélope", "Régine",
        "Sabine", "Thérèse", "Valérie", "Yaël", "Camille", "Louise",
    ]

    static let men = [
        "André", "Benoît", "Cédric", "Désiré", "Émile", "François", "Gaël", "Hervé", "Jérôme", "Joël", "Jean-René", "Loïc", "Mathéo",
        "Mehdi", "Moïse", "Nicolas", "Noël", "Olivier", "Pierre", "Raphaël", "Rémi", "René", "Sébastien", "Stéphane", "Théo",
        "Thibault", "Timothée", "Ulysse", "Yannick", "Zacharie",
    ]

    static let families = [
        "Lefèvre", "Bézier", "Côté", "Dupré", "Gérard", "Hébert", "Lévêque", "Mérieux", "Noël", "Pérez", "Rénier", "Sévigné",
        "Béranger", "Boulé", "Châtelain", "Crépin", "Delaunaÿ", "d’Aubigné", "Désormeaux", "Duchêne", "Évrard", "Fréchette",
        "Garçon", "Géraud", "Guérin", "Hélias", "Jaurès", "L’Hôte", "Laîné", "Légaré", "Maréchal", "Méndes", "Ménard", "Nédélec",
        "Olivé", "Pâris", "Péchard", "Prévost", "Quéré", "Rivière", "Sénéchal", "Tévenin", "Théron", "Vasseur", "Vézina", "Zerbé",
        "Le Goff", "De la Tour", "Martin", "Bernard", "Moreau", "Fontaine", "Rousseau", "Benali", "Diallo", "Nguyen", "Traoré",
        "Rakoto", "Kowalski", "Da Silva",
    ]
}
