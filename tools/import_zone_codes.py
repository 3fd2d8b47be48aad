"""Zone codes: countries, states and provinces, US balancing areas, aggregates, and their other spellings."""

from __future__ import annotations

_ALPHA_3_TO_2 = """
ABW:AW AFG:AF AGO:AO ALB:AL ARE:AE ARG:AR ARM:AM ASM:AS ATG:AG AUS:AU AUT:AT AZE:AZ BDI:BI BEL:BE BEN:BJ
BFA:BF BGD:BD BGR:BG BHR:BH BHS:BS BIH:BA BLR:BY BLZ:BZ BMU:BM BOL:BO BRA:BR BRB:BB BRN:BN BTN:BT BWA:BW
CAF:CF CAN:CA CHE:CH CHL:CL CHN:CN CIV:CI CMR:CM COD:CD COG:CG COK:CK COL:CO COM:KM CPV:CV CRI:CR CUB:CU
CUW:CW CYM:KY CYP:CY CZE:CZ DEU:DE DJI:DJ DMA:DM DNK:DK DOM:DO DZA:DZ ECU:EC EGY:EG ERI:ER ESP:ES EST:EE
ETH:ET FIN:FI FJI:FJ FLK:FK FRA:FR FRO:FO GAB:GA GBR:GB GEO:GE GHA:GH GIB:GI GIN:GN GLP:GP GMB:GM GNB:GW
GNQ:GQ GRC:GR GRD:GD GRL:GL GTM:GT GUF:GF GUM:GU GUY:GY HKG:HK HND:HN HRV:HR HTI:HT HUN:HU IDN:ID IND:IN
IRL:IE IRN:IR IRQ:IQ ISL:IS ISR:IL ITA:IT JAM:JM JOR:JO JPN:JP KAZ:KZ KEN:KE KGZ:KG KHM:KH KIR:KI KNA:KN
KOR:KR KWT:KW LAO:LA LBN:LB LBR:LR LBY:LY LCA:LC LKA:LK LSO:LS LTU:LT LUX:LU LVA:LV MAC:MO MAR:MA MDA:MD
MDG:MG MDV:MV MEX:MX MKD:MK MLI:ML MLT:MT MMR:MM MNE:ME MNG:MN MOZ:MZ MRT:MR MSR:MS MTQ:MQ MUS:MU MWI:MW
MYS:MY NAM:NA NCL:NC NER:NE NGA:NG NIC:NI NIU:NU NLD:NL NOR:NO NPL:NP NRU:NR NZL:NZ OMN:OM PAK:PK PAN:PA
PER:PE PHL:PH PNG:PG POL:PL PRI:PR PRK:KP PRT:PT PRY:PY PSE:PS PYF:PF QAT:QA REU:RE ROU:RO RUS:RU RWA:RW
SAU:SA SDN:SD SEN:SN SGP:SG SHN:SH SLB:SB SLE:SL SLV:SV SOM:SO SPM:PM SRB:RS SSD:SS STP:ST SUR:SR SVK:SK
SVN:SI SWE:SE SWZ:SZ SYC:SC SYR:SY TCA:TC TCD:TD TGO:TG THA:TH TJK:TJ TKM:TM TLS:TL TON:TO TTO:TT TUN:TN
TUR:TR TWN:TW TZA:TZ UGA:UG UKR:UA URY:UY USA:US UZB:UZ VCT:VC VEN:VE VGB:VG VIR:VI VNM:VN VUT:VU WSM:WS
XKX:XK YEM:YE ZAF:ZA ZMB:ZM ZWE:ZW
"""

#: ISO 3166-1 alpha-3 -> alpha-2; Kosovo by its user-assigned code.
ALPHA_2: dict[str, str] = dict(pair.split(":") for pair in _ALPHA_3_TO_2.split())

#: Codes of the upstream tables for aggregates and for Kosovo -> zone.
AGGREGATES = {"OWID_WRL": "WOR", "OWID_EU27": "EU", "OWID_KOS": "XK", "WORLD": "WOR"}

#: Aggregates as zones: name and the code that the World Bank uses in place of an ISO alpha-3 code.
AGGREGATE_ZONES = {"EU": ("European Union", "EUU"), "WOR": ("World", "WLD")}

#: US balancing area (EIA code) -> name, zone of Electricity Maps, further spellings.
BALANCING_AREAS: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "AZPS": ("Arizona Public Service", "US-SW-AZPS", ("AZPS",)),
    "BPAT": ("Bonneville Power Administration", "US-NW-BPAT", ("BPAT", "BPA")),
    "CISO": ("California ISO", "US-CAL-CISO", ("CISO", "CAISO", "California (CAISO)")),
    "ERCO": ("Electric Reliability Council of Texas", "US-TEX-ERCO", ("ERCO", "ERCOT", "Texas (ERCOT)")),
    "MISO": ("Midcontinent ISO", "US-MIDW-MISO", ("MISO", "Midcontinent Independent System Operator")),
    "NYIS": ("New York ISO", "US-NY-NYIS", ("NYIS", "NYISO")),
    "PJM": ("PJM Interconnection", "US-MIDA-PJM", ("PJM",)),
    "SOCO": ("Southern Company", "US-SE-SOCO", ("SOCO", "Southern Company Services")),
}

#: Further English spellings of countries and aggregates -> zone.
OTHER_SPELLINGS = {
    "Bosnia": "BA",
    "Britain": "GB",
    "Bolivia (Plurinational State of)": "BO",
    "Brunei Darussalam": "BN",
    "Burma": "MM",
    "Cabo Verde": "CV",
    "China, Hong Kong SAR": "HK",
    "Congo, Dem. Rep.": "CD",
    "Congo-Brazzaville": "CG",
    "Congo-Kinshasa": "CD",
    "Congo, Rep.": "CG",
    "DR Congo": "CD",
    "Czech Republic": "CZ",
    "DPRK": "KP",
    "C\u00f4te d'Ivoire": "CI",
    "Democratic Republic of the Congo": "CD",
    "EU27": "EU",
    "EU-27": "EU",
    "European Union (27)": "EU",
    "GLO": "WOR",
    "Georgia (country)": "GE",
    "Global": "WOR",
    "Great Britain": "GB",
    "Holland": "NL",
    "Hong Kong SAR": "HK",
    "Iran, Islamic Republic of": "IR",
    "Iran (Islamic Republic of)": "IR",
    "Ivory Coast": "CI",
    "Korea": "KR",
    "Korea, Republic of": "KR",
    "Lao People's Democratic Republic": "LA",
    "Macau": "MO",
    "Macedonia": "MK",
    "Moldova, Republic of": "MD",
    "Palestine, State of": "PS",
    "Republic of Moldova": "MD",
    "State of Palestine": "PS",
    "Republic of Korea": "KR",
    "Republic of the Congo": "CG",
    "Russian Federation": "RU",
    "R\u00e9union": "RE",
    "Swaziland": "SZ",
    "Syrian Arab Republic": "SY",
    "S\u00e3o Tom\u00e9 and Pr\u00edncipe": "ST",
    "Taiwan, Province of China": "TW",
    "Tanzania, United Republic of": "TZ",
    "United Republic of Tanzania": "TZ",
    "Venezuela (Bolivarian Republic of)": "VE",
    "The Netherlands": "NL",
    "Timor-Leste": "TL",
    "T\u00fcrkiye": "TR",
    "U.S.": "US",
    "UAE": "AE",
    "UK": "GB",
    "United States of America": "US",
    "Viet Nam": "VN",
    "WORLD": "WOR",
}

#: Countries by their own names, and by the codes of the European Union -> zone.
NATIVE_NAMES = {
    "Argentina": "AR",
    "Belgi\u00eb": "BE",
    "Belgique": "BE",
    "Brasil": "BR",
    "\u0411\u044a\u043b\u0433\u0430\u0440\u0438\u044f": "BG",
    "Suisse": "CH",
    "Schweiz": "CH",
    "Svizzera": "CH",
    "\u4e2d\u56fd": "CN",
    "\u4e2d\u570b": "CN",
    "\u4e2d\u534e\u4eba\u6c11\u5171\u548c\u56fd": "CN",
    "\u010cesko": "CZ",
    "Deutschland": "DE",
    "Danmark": "DK",
    "Eesti": "EE",
    "\u0645\u0635\u0631": "EG",
    "Espa\u00f1a": "ES",
    "Suomi": "FI",
    "EL": "GR",
    "Hellas": "GR",
    "\u0395\u03bb\u03bb\u03ac\u03b4\u03b1": "GR",
    "Hrvatska": "HR",
    "Magyarorsz\u00e1g": "HU",
    "\u00c9ire": "IE",
    "\u05d9\u05e9\u05e8\u05d0\u05dc": "IL",
    "Bharat": "IN",
    "\u092d\u093e\u0930\u0924": "IN",
    "\u00cdsland": "IS",
    "Italia": "IT",
    "\u65e5\u672c": "JP",
    "\u65e5\u672c\u56fd": "JP",
    "Nippon": "JP",
    "\ub300\ud55c\ubbfc\uad6d": "KR",
    "\ud55c\uad6d": "KR",
    "Lietuva": "LT",
    "Latvija": "LV",
    "M\u00e9xico": "MX",
    "Nederland": "NL",
    "Norge": "NO",
    "Pilipinas": "PH",
    "Polska": "PL",
    "Rom\u00e2nia": "RO",
    "\u0420\u043e\u0441\u0441\u0438\u044f": "RU",
    "\u0627\u0644\u0633\u0639\u0648\u062f\u064a\u0629": "SA",
    "Sverige": "SE",
    "Slovenija": "SI",
    "Slovensko": "SK",
    "\u0e1b\u0e23\u0e30\u0e40\u0e17\u0e28\u0e44\u0e17\u0e22": "TH",
    "\u81fa\u7063": "TW",
    "\u53f0\u7063": "TW",
    "\u0423\u043a\u0440\u0430\u0457\u043d\u0430": "UA",
    "Vi\u1ec7t Nam": "VN",
    "\u00d6sterreich": "AT",
}

#: Names that two zones have -> the zone beside the one whose name it is. Such a name alone is refused by the look-up.
SHARED_NAMES = {"Congo": "CD", "Georgia": "US-GA", "Virgin Islands": "VG"}

#: Names of zones that tell no place without their country: no spelling of the zone.
BARE_NAMES = {"Borneo", "East", "Main Islands", "Peninsula", "South Island"}

#: Further spellings of US balancing areas of which climate change only is known: zone -> spellings.
AREA_SPELLINGS = {
    "US-CENT-SWPP": ("SPP",),
    "US-NE-ISNE": ("ISO-NE", "ISONE"),
    "US-TEN-TVA": ("TVA",),
}

#: States and provinces (ISO 3166-2) -> name.
STATES = {
    "CA-AB": "Alberta",
    "CA-BC": "British Columbia",
    "CA-MB": "Manitoba",
    "CA-NB": "New Brunswick",
    "CA-NL": "Newfoundland and Labrador",
    "CA-NS": "Nova Scotia",
    "CA-NT": "Northwest Territories",
    "CA-NU": "Nunavut",
    "CA-ON": "Ontario",
    "CA-PE": "Prince Edward Island",
    "CA-QC": "Quebec",
    "CA-SK": "Saskatchewan",
    "CA-YT": "Yukon",
    "US-AK": "Alaska",
    "US-AL": "Alabama",
    "US-AR": "Arkansas",
    "US-AZ": "Arizona",
    "US-CA": "California",
    "US-CO": "Colorado",
    "US-CT": "Connecticut",
    "US-DC": "District of Columbia",
    "US-DE": "Delaware",
    "US-FL": "Florida",
    "US-GA": "Georgia (US state)",
    "US-HI": "Hawaii",
    "US-IA": "Iowa",
    "US-ID": "Idaho",
    "US-IL": "Illinois",
    "US-IN": "Indiana",
    "US-KS": "Kansas",
    "US-KY": "Kentucky",
    "US-LA": "Louisiana",
    "US-MA": "Massachusetts",
    "US-MD": "Maryland",
    "US-ME": "Maine",
    "US-MI": "Michigan",
    "US-MN": "Minnesota",
    "US-MO": "Missouri",
    "US-MS": "Mississippi",
    "US-MT": "Montana",
    "US-NC": "North Carolina",
    "US-ND": "North Dakota",
    "US-NE": "Nebraska",
    "US-NH": "New Hampshire",
    "US-NJ": "New Jersey",
    "US-NM": "New Mexico",
    "US-NV": "Nevada",
    "US-NY": "New York",
    "US-OH": "Ohio",
    "US-OK": "Oklahoma",
    "US-OR": "Oregon",
    "US-PA": "Pennsylvania",
    "US-RI": "Rhode Island",
    "US-SC": "South Carolina",
    "US-SD": "South Dakota",
    "US-TN": "Tennessee",
    "US-TX": "Texas",
    "US-UT": "Utah",
    "US-VA": "Virginia",
    "US-VT": "Vermont",
    "US-WA": "Washington",
    "US-WI": "Wisconsin",
    "US-WV": "West Virginia",
    "US-WY": "Wyoming",
}


def zone_of(code: str) -> str | None:
    """Return the zone of an upstream country code, or None where it is not a zone of this project."""
    return AGGREGATES.get(code) or ALPHA_2.get(code)
