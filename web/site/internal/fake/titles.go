package fake

// titles: name|title|organization|description|theme|keywords|formats.
const titles = `
strassenbaeume-muenchen|Straßenbäume in München|muenchen-1|Standorte, Arten und Pflanzjahre der städtischen Bäume an Straßen, Wegen und Plätzen.|ENVI|bäume,baumkataster,grünflächen|CSV,GeoJSON,WFS
raddauerzaehlstellen|Raddauerzählstellen München|muenchen-2|Tageswerte und 15-Minuten-Werte der sechs Dauerzählstellen für den Radverkehr.|TRAN|radverkehr,verkehrszählung|CSV,JSON
haushalt-muenchen-2026|Haushaltsplan 2026 der Landeshauptstadt München|muenchen-3|Ansätze des Ergebnis- und Finanzhaushalts nach Produkten.|ECON|haushalt,finanzen|XLSX,CSV
bevoelkerung-stadtbezirke|Bevölkerung in den Stadtbezirken|muenchen-4|Hauptwohnsitzbevölkerung nach Stadtbezirk, Alter und Geschlecht.|SOCI|bevölkerung,statistik|CSV
kitas-muenchen|Kindertageseinrichtungen in München|muenchen-4|Adressen, Träger und Plätze der Kindertageseinrichtungen.|EDUC|kita,kinder|CSV,GeoJSON
baustellen-muenchen|Baustellen im Stadtgebiet|muenchen-2|Laufende und geplante Baustellen mit Auswirkung auf den Verkehr.|TRAN|baustellen,verkehr|GeoJSON,WMS,WFS
spielplaetze-muenchen|Spielplätze|muenchen-1|Öffentliche Spielplätze mit Ausstattung und Altersangabe.|SOCI|spielplatz,kinder|GeoJSON
wahlergebnisse-muenchen|Ergebnisse der Kommunalwahl 2026|muenchen-4|Ergebnisse der Stadtratswahl nach Stimmbezirk.|GOVE|wahl,statistik|CSV,XLSX
parkhaeuser-muenchen|Parkhäuser und ihre Belegung|muenchen-2|Zahl der freien Plätze, alle fünf Minuten.|TRAN|parken,verkehr|JSON
luftqualitaet-augsburg|Luftqualität in Augsburg|augsburg-2|Stündliche Messwerte für Stickstoffdioxid und Feinstaub.|ENVI|luft,umwelt|CSV,JSON
laermkarte-augsburg|Lärmkarte Augsburg|augsburg-2|Lärmpegel an Hauptverkehrsstraßen nach der Umgebungslärmrichtlinie.|ENVI|lärm,umwelt|SHP,WMS
einwohner-augsburg|Einwohner Augsburgs nach Stadtbezirken|augsburg-1|Melderegister, Stand jeweils 31. Dezember.|SOCI|bevölkerung,statistik|CSV
strassenbeleuchtung-augsburg|Straßenbeleuchtung|augsburg-3|Leuchtenstandorte mit Leuchtmittel und Baujahr.|REGI|beleuchtung,straßen|CSV,GeoJSON
bruecken-augsburg|Brücken und ihre Zustandsnoten|augsburg-3|Bauwerksdaten nach DIN 1076.|TRAN|brücken,bauwerke|CSV
badegewaesser-augsburg|Badegewässer und Wasserqualität|augsburg-2|Messwerte der Badesaison.|HEAL|baden,gewässer,umwelt|CSV
solarkataster-augsburg|Solarkataster|augsburg-2|Eignung der Dachflächen für Photovoltaik.|ENER|solar,energie|GPKG,WMS
bebauungsplaene-augsburg|Bebauungspläne|augsburg-3|Umringe der rechtskräftigen Bebauungspläne nach XPlanung.|REGI|bebauungsplan,planung|GML,WFS
maerkte-augsburg|Wochenmärkte|augsburg-1|Orte und Zeiten der Wochenmärkte.|AGRI|markt,einkaufen|CSV
bevoelkerung-nuernberg|Bevölkerung Nürnbergs nach Distrikten|nuernberg-1|Einwohnerinnen und Einwohner mit Hauptwohnung.|SOCI|bevölkerung,statistik|CSV,XLSX
radwege-nuernberg|Radwegenetz Nürnberg|nuernberg-2|Radwege, Radfahrstreifen und Fahrradstraßen mit Belag und Breite.|TRAN|radverkehr,wege|GeoJSON,WFS
ampeln-nuernberg|Lichtsignalanlagen|nuernberg-2|Standorte der Ampeln mit Ausstattung für Blinde und Sehbehinderte.|TRAN|ampeln,barrierefrei|CSV
kitas-nuernberg|Kindertagesstätten in Nürnberg|nuernberg-3|Einrichtungen mit Öffnungszeiten und Plätzen.|EDUC|kita,kinder|CSV
jugendtreffs-nuernberg|Jugendtreffs und offene Angebote|nuernberg-3|Angebote der offenen Kinder- und Jugendarbeit.|SOCI|jugend,kinder|CSV
baeume-nuernberg|Baumkataster Nürnberg|nuernberg-4|Bäume in städtischer Pflege mit Gattung, Höhe und Kronendurchmesser.|ENVI|bäume,baumkataster|GeoJSON,CSV
muelltonnen-nuernberg|Wertstoffinseln|nuernberg-4|Standorte der Container für Glas und Altkleider.|ENVI|abfall,umwelt|CSV,KML
kriminalitaet-nuernberg|Ordnungswidrigkeiten im ruhenden Verkehr|nuernberg-2|Zahl der Anzeigen nach Monat und Tatbestand.|JUST|ordnung,parken|CSV
breitband-nuernberg|Breitbandversorgung|nuernberg-1|Verfügbarkeit von Glasfaser je Rasterzelle.|TECH|internet,glasfaser|CSV
`
