/** Invented people and places. E-mail addresses are at example.com, telephone numbers in the range kept for fiction. */

export const FIRST_NAMES =
  "Amelia Aaron Bea Calvin Carmen Cleo Daniel Delia Desmond Edith Elias Esme Farah Felix Fiona Gideon Greta Hana Harvey Helen Ian Imani Ines Jonah Joyce Kai Keira Lena Leo Lucia Magnus Malik Marisol Maya Milo Nadia Naomi Nolan Oona Oscar Owen Paloma Petra Priya Quentin Rafael Rosa Rowan Ruth Samir Selma Simon Sofia Tessa Theo Tomas Uma Vera Wanda Yusuf".split(
    " ",
  );

export const LAST_NAMES =
  "Abbott Acosta Alder Barlow Beckett Bianchi Boyle Brandt Calloway Castellan Chen Cole Dalton Delgado Drummond Eklund Ellison Farrow Fenn Galloway Garnett Haddad Hale Hartley Hollis Ito Jarvis Kaplan Keating Kerr Lindqvist Lowe Marsh Mbeki Mercer Moreau Nakamura Novak Okafor Ortiz Osgood Pappas Pell Quinn Ramsey Reyes Rooney Sandoval Sato Sayer Schmidt Shah Sorensen Stone Tamura Thorne Underhill Vance Vega Wexler Whitlock Winslow Yates Zeller".split(
    " ",
  );

export const STREETS =
  "Alder Lane,Bridge Street,Canal Road,Cedar Avenue,Church Street,Depot Street,Elm Street,Ferry Road,Garden Terrace,Grove Street,Harbor View,High Street,Juniper Way,Lakeshore Drive,Linden Avenue,Maple Street,Meadow Lane,Mill Road,Oak Hill,Orchard Street,Pine Street,Quarry Road,River Street,School Lane,Spruce Court,Station Road,Summit Avenue,Walnut Street,Willow Bend,Winter Street".split(
    ",",
  );

export type Town = {
  city: string;
  provinceCode: string;
  zip: string;
  countryCode: string;
  taxPermille: number;
  area: number;
};

const us = (city: string, provinceCode: string, zip: string, taxPermille: number, area: number): Town => ({
  city,
  provinceCode,
  zip,
  countryCode: "US",
  taxPermille,
  area,
});

/** `taxPermille`: the shop collects sales tax where it has to register, and nothing elsewhere. */
export const TOWNS: Town[] = [
  us("Burlington", "VT", "05401", 70, 802),
  us("Montpelier", "VT", "05602", 70, 802),
  us("Portland", "ME", "04101", 55, 207),
  us("Bangor", "ME", "04401", 55, 207),
  us("Concord", "NH", "03301", 0, 603),
  us("Northampton", "MA", "01060", 63, 413),
  us("Somerville", "MA", "02143", 63, 617),
  us("Providence", "RI", "02906", 70, 401),
  us("New Haven", "CT", "06511", 64, 203),
  us("Brooklyn", "NY", "11215", 89, 718),
  us("Beacon", "NY", "12508", 81, 845),
  us("Ithaca", "NY", "14850", 80, 607),
  us("Hoboken", "NJ", "07030", 66, 201),
  us("Philadelphia", "PA", "19130", 80, 215),
  us("Pittsburgh", "PA", "15206", 70, 412),
  us("Richmond", "VA", "23220", 0, 804),
  us("Asheville", "NC", "28801", 0, 828),
  us("Atlanta", "GA", "30307", 0, 404),
  us("Columbus", "OH", "43206", 0, 614),
  us("Ann Arbor", "MI", "48104", 0, 734),
  us("Chicago", "IL", "60625", 0, 773),
  us("Madison", "WI", "53703", 0, 608),
  us("Minneapolis", "MN", "55408", 0, 612),
  us("Austin", "TX", "78704", 0, 512),
  us("Boulder", "CO", "80302", 0, 303),
  us("Bozeman", "MT", "59715", 0, 406),
  us("Portland", "OR", "97214", 0, 503),
  us("Seattle", "WA", "98107", 0, 206),
  us("Oakland", "CA", "94609", 0, 510),
  { city: "Toronto", provinceCode: "ON", zip: "M6J 2B4", countryCode: "CA", taxPermille: 0, area: 416 },
];
