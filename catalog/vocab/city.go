package vocab

import "trio.example/catalog"

// City is one of the cities of the cooperation.
type City struct {
	Code string // in the survey: muc, aug, nue
	Name string // of its organization: muenchen, augsburg, nuernberg
	// Label is the city's official name, Short its name alone.
	Label, Short catalog.Text
	AGS, ARS     string // official municipality key (8 digits) and regional key (12)
	Place        string // EU authority table “place”
	Contributor  string // dcatde:contributorID
	Homepage     string
}

// MunicipalityKey is the URI of the official municipality key.
func (c City) MunicipalityKey() string {
	return "http://dcat-ap.de/def/politicalGeocoding/municipalityKey/" + c.AGS
}

// Cities lists the founding cities in order of display. Keys: Destatis; places:
// EU authority table; contributors: GovData's list of 2025-10-21.
func Cities() []City {
	const place, contributor = "http://publications.europa.eu/resource/authority/place/", "http://dcat-ap.de/def/contributors/"
	return []City{
		{Code: "muc", Name: "muenchen", Label: catalog.DE("Landeshauptstadt München", "City of Munich"), Short: catalog.DE("München", "Munich"),
			AGS: "09162000", ARS: "091620000000", Place: place + "DEU_MUC", Contributor: contributor + "landeshauptstadtMuenchen", Homepage: "https://www.muenchen.de/"},
		{Code: "aug", Name: "augsburg", Label: catalog.DE("Stadt Augsburg", "City of Augsburg"), Short: catalog.DE("Augsburg", "Augsburg"),
			AGS: "09761000", ARS: "097610000000", Place: place + "DEU_AGB", Contributor: contributor + "stadtAugsburg", Homepage: "https://www.augsburg.de/"},
		{Code: "nue", Name: "nuernberg", Label: catalog.DE("Stadt Nürnberg", "City of Nuremberg"), Short: catalog.DE("Nürnberg", "Nuremberg"),
			AGS: "09564000", ARS: "095640000000", Place: place + "DEU_NUE", Contributor: contributor + "stadtNuernberg", Homepage: "https://www.nuernberg.de/"},
	}
}
