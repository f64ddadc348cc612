"""Where the demo network stands: real neighbourhoods of real US cities. Data only; what is made of
them is `network.py`.

Coordinates: most from GeoNames (geonames.org, CC BY 4.0) by zip code, rounded; public facts otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """A spot on the map that a location of the demo stands on."""

    code: str
    name: str
    state: str
    time_zone: str
    latitude: float
    longitude: float


def _places(table: str) -> tuple[Place, ...]:
    rows = (line.split("|") for line in table.strip().splitlines())
    return tuple(
        Place(code, name, state, zone, float(latitude), float(longitude))
        for code, name, state, zone, latitude, longitude in rows
    )


def _states(text: str) -> frozenset[str]:
    return frozenset(text.split())


STORES = _places("""
ATL01|Atlanta Midtown|GA|America/New_York|33.794|-84.377
ATL02|Atlanta Buckhead|GA|America/New_York|33.835|-84.387
ATL03|Atlanta Decatur|GA|America/New_York|33.773|-84.292
ATL04|Atlanta Marietta|GA|America/New_York|33.938|-84.54
SAV01|Savannah Historic District|GA|America/New_York|32.072|-81.136
JAX01|Jacksonville San Marco|FL|America/New_York|30.291|-81.631
JAX02|Jacksonville Town Center|FL|America/New_York|30.293|-81.509
MIA01|Miami Brickell|FL|America/New_York|25.76|-80.188
MIA02|Miami Kendall|FL|America/New_York|25.679|-80.358
MIA03|Miami Doral|FL|America/New_York|25.874|-80.35
FLL01|Fort Lauderdale Las Olas|FL|America/New_York|26.085|-80.159
TPA01|Tampa Hyde Park|FL|America/New_York|27.931|-82.465
TPA02|Tampa Brandon|FL|America/New_York|27.904|-82.294
ORL01|Orlando Mills 50|FL|America/New_York|28.556|-81.337
ORL02|Orlando Lake Nona|FL|America/New_York|28.4|-81.29
CLT01|Charlotte South End|NC|America/New_York|35.209|-80.856
CLT02|Charlotte University City|NC|America/New_York|35.318|-80.748
RDU01|Raleigh North Hills|NC|America/New_York|35.841|-78.63
RDU02|Raleigh Cary|NC|America/New_York|35.751|-78.707
CHS01|Charleston King Street|SC|America/New_York|32.78|-79.941
RIC01|Richmond Short Pump|VA|America/New_York|37.615|-77.577
RIC02|Richmond Carytown|VA|America/New_York|37.553|-77.49
ORF01|Norfolk Ghent|VA|America/New_York|36.87|-76.293
DCA01|Washington Columbia Heights|DC|America/New_York|38.933|-77.03
BWI01|Baltimore Inner Harbor|MD|America/New_York|39.296|-76.608
BWI02|Baltimore Towson|MD|America/New_York|39.407|-76.604
PHL01|Philadelphia Center City|PA|America/New_York|40.003|-75.187
PHL02|Philadelphia King of Prussia|PA|America/New_York|40.179|-75.388
PHL03|Philadelphia Northeast|PA|America/New_York|40.078|-75.045
PIT01|Pittsburgh East Liberty|PA|America/New_York|40.416|-80.075
PIT02|Pittsburgh South Hills|PA|America/New_York|40.37|-80.044
NYC01|New York Union Square|NY|America/New_York|40.73|-73.989
NYC02|New York Upper West Side|NY|America/New_York|40.808|-73.966
NYC03|New York Brooklyn Atlantic|NY|America/New_York|40.685|-73.981
NYC04|New York Bronx Terminal|NY|America/New_York|40.819|-73.92
ALB01|Albany Colonie|NY|America/New_York|42.72|-73.821
BUF01|Buffalo Elmwood|NY|America/New_York|42.918|-78.875
ROC01|Rochester Henrietta|NY|America/New_York|43.082|-77.649
EWR01|Newark Ironbound|NJ|America/New_York|40.724|-74.147
EWR02|Newark Paramus|NJ|America/New_York|40.945|-74.069
BDL01|Hartford West Hartford|CT|America/New_York|41.753|-72.758
PVD01|Providence Downcity|RI|America/New_York|41.819|-71.412
BOS01|Boston Back Bay|MA|America/New_York|42.347|-71.086
BOS02|Boston Cambridge|MA|America/New_York|42.365|-71.102
BOS03|Boston Burlington|MA|America/New_York|42.505|-71.202
PWM01|Portland Maine Mall|ME|America/New_York|43.627|-70.289
CLE01|Cleveland Steelyard|OH|America/New_York|41.446|-81.698
CLE02|Cleveland Beachwood|OH|America/New_York|41.473|-81.505
CMH01|Columbus Easton|OH|America/New_York|40.033|-82.91
CMH02|Columbus Polaris|OH|America/New_York|40.146|-82.983
CVG01|Cincinnati Oakley|OH|America/New_York|39.155|-84.451
DTW01|Detroit Midtown|MI|America/Detroit|42.347|-83.06
DTW02|Detroit Troy|MI|America/Detroit|42.555|-83.177
DTW03|Detroit Dearborn|MI|America/Detroit|42.272|-83.226
GRR01|Grand Rapids Woodland|MI|America/Detroit|42.88|-85.535
IND01|Indianapolis Castleton|IN|America/Indiana/Indianapolis|39.905|-86.067
IND02|Indianapolis Broad Ripple|IN|America/Indiana/Indianapolis|39.869|-86.109
SDF01|Louisville St. Matthews|KY|America/Kentucky/Louisville|38.263|-85.666
BNA01|Nashville The Gulch|TN|America/Chicago|36.15|-86.792
BNA02|Nashville Green Hills|TN|America/Chicago|36.087|-86.886
MEM01|Memphis Poplar Plaza|TN|America/Chicago|35.11|-89.948
BHM01|Birmingham The Summit|AL|America/Chicago|33.446|-86.75
MSY01|New Orleans Mid-City|LA|America/Chicago|29.973|-90.085
MSY02|New Orleans Metairie|LA|America/Chicago|30.008|-90.176
LIT01|Little Rock Midtown|AR|America/Chicago|34.743|-92.347
STL01|Saint Louis Brentwood|MO|America/Chicago|38.618|-90.349
STL02|Saint Louis Central West End|MO|America/Chicago|38.645|-90.252
MCI01|Kansas City Country Club Plaza|MO|America/Chicago|39.036|-94.595
MCI02|Kansas City Overland Park|KS|America/Chicago|38.927|-94.714
CHI01|Chicago Loop|IL|America/Chicago|41.883|-87.628
CHI02|Chicago Lincoln Park|IL|America/Chicago|41.923|-87.653
CHI03|Chicago Wicker Park|IL|America/Chicago|41.909|-87.68
CHI04|Chicago Schaumburg|IL|America/Chicago|42.08|-88.046
MKE01|Milwaukee Third Ward|WI|America/Chicago|43.043|-87.895
MKE02|Milwaukee Brookfield|WI|America/Chicago|43.061|-88.156
MSN01|Madison Hilldale|WI|America/Chicago|43.073|-89.457
MSP01|Minneapolis Uptown|MN|America/Chicago|44.948|-93.289
MSP02|Minneapolis Roseville|MN|America/Chicago|45.014|-93.157
DSM01|Des Moines Jordan Creek|IA|America/Chicago|41.653|-93.747
OMA01|Omaha Village Pointe|NE|America/Chicago|41.264|-96.176
FAR01|Fargo West Acres|ND|America/Chicago|46.832|-96.826
OKC01|Oklahoma City Penn Square|OK|America/Chicago|35.518|-97.523
TUL01|Tulsa Utica Square|OK|America/Chicago|36.126|-95.947
ICT01|Wichita Bradley Fair|KS|America/Chicago|37.614|-97.343
DFW01|Dallas Uptown|TX|America/Chicago|32.781|-96.79
DFW02|Dallas Plano|TX|America/Chicago|33.097|-96.805
DFW03|Dallas Fort Worth|TX|America/Chicago|32.754|-97.38
HOU01|Houston Galleria|TX|America/Chicago|29.699|-95.207
HOU02|Houston The Heights|TX|America/Chicago|29.799|-95.399
HOU03|Houston Katy|TX|America/Chicago|29.786|-95.825
HOU04|Houston Sugar Land|TX|America/Chicago|29.553|-95.667
AUS01|Austin Domain|TX|America/Chicago|30.384|-97.708
SAT01|San Antonio The Rim|TX|America/Chicago|29.609|-98.598
SAT02|San Antonio Alamo Heights|TX|America/Chicago|29.431|-98.428
ELP01|El Paso Sunland|TX|America/Denver|31.897|-106.565
ABQ01|Albuquerque Uptown|NM|America/Denver|35.13|-106.622
DEN01|Denver Cherry Creek|CO|America/Denver|39.731|-104.953
DEN02|Denver Highlands|CO|America/Denver|39.765|-105.018
DEN03|Denver Aurora|CO|America/Denver|39.681|-104.81
COS01|Colorado Springs Briargate|CO|America/Denver|38.965|-104.756
SLC01|Salt Lake City Sugar House|UT|America/Denver|40.708|-111.837
SLC02|Salt Lake City Sandy|UT|America/Denver|40.579|-111.86
BOI01|Boise Towne Square|ID|America/Boise|43.641|-116.29
BIL01|Billings Rimrock|MT|America/Denver|45.79|-108.588
PHX01|Phoenix Biltmore|AZ|America/Phoenix|33.511|-112.029
PHX02|Phoenix Scottsdale|AZ|America/Phoenix|33.42|-111.793
PHX03|Phoenix Tempe|AZ|America/Phoenix|33.433|-111.927
TUS01|Tucson Foothills|AZ|America/Phoenix|32.34|-111.059
LAS01|Las Vegas Summerlin|NV|America/Los_Angeles|36.138|-115.326
LAS02|Las Vegas Henderson|NV|America/Los_Angeles|35.988|-115.117
RNO01|Reno Meadowood|NV|America/Los_Angeles|39.58|-119.754
LAX01|Los Angeles Downtown|CA|America/Los_Angeles|34.052|-118.26
LAX02|Los Angeles Hollywood|CA|America/Los_Angeles|34.102|-118.327
LAX03|Los Angeles Pasadena|CA|America/Los_Angeles|34.147|-118.144
LAX04|Los Angeles Torrance|CA|America/Los_Angeles|33.836|-118.341
LAX05|Los Angeles Burbank|CA|America/Los_Angeles|34.181|-118.309
SNA01|Irvine Spectrum|CA|America/Los_Angeles|33.642|-117.733
SAN01|San Diego Mission Valley|CA|America/Los_Angeles|32.775|-117.149
SAN02|San Diego La Jolla|CA|America/Los_Angeles|32.857|-117.208
SFO01|San Francisco Union Square|CA|America/Los_Angeles|37.791|-122.409
SFO02|San Francisco Mission|CA|America/Los_Angeles|37.749|-122.416
SJC01|San Jose Santana Row|CA|America/Los_Angeles|37.321|-121.948
SJC02|San Jose Sunnyvale|CA|America/Los_Angeles|37.369|-122.036
SMF01|Sacramento Arden|CA|America/Los_Angeles|38.586|-121.402
FAT01|Fresno River Park|CA|America/Los_Angeles|36.851|-119.802
PDX01|Portland Pearl District|OR|America/Los_Angeles|45.532|-122.684
PDX02|Portland Beaverton|OR|America/Los_Angeles|45.496|-122.8
SEA01|Seattle Capitol Hill|WA|America/Los_Angeles|47.62|-122.321
SEA02|Seattle Bellevue|WA|America/Los_Angeles|47.615|-122.207
SEA03|Seattle Ballard|WA|America/Los_Angeles|47.669|-122.385
GEG01|Spokane Northtown|WA|America/Los_Angeles|47.694|-117.45
ANC01|Anchorage Midtown|AK|America/Anchorage|61.188|-149.894
HNL01|Honolulu Ala Moana|HI|Pacific/Honolulu|21.294|-157.843
""")

WAREHOUSES = _places("""
DC-ATL|Atlanta South Distribution Center|GA|America/New_York|33.741|-84.555
DC-DFW|Dallas Alliance Distribution Center|TX|America/Chicago|32.935|-97.324
DC-EWR|New Jersey Cranbury Distribution Center|NJ|America/New_York|40.323|-74.517
DC-JOL|Chicago Joliet Distribution Center|IL|America/Chicago|41.476|-87.882
DC-ONT|Inland Empire Ontario Distribution Center|CA|America/Los_Angeles|34.063|-117.651
DC-RNO|Reno Sparks Distribution Center|NV|America/Los_Angeles|39.592|-119.717
DC-CMH|Columbus Groveport Distribution Center|OH|America/New_York|39.847|-82.885
DC-MDT|Harrisburg Carlisle Distribution Center|PA|America/New_York|40.168|-77.229
DC-PHX|Phoenix Goodyear Distribution Center|AZ|America/Phoenix|33.435|-112.358
DC-SEA|Puget Sound Kent Distribution Center|WA|America/Los_Angeles|47.381|-122.235
DC-DEN|Denver Commerce City Distribution Center|CO|America/Denver|39.87|-104.772
""")

DROPSHIPPERS = _places("""
DS-NASH|Nashville Audio Works|TN|America/Chicago|36.137|-86.73
DS-HPT|High Point Furniture|NC|America/New_York|35.994|-79.989
DS-PROV|Provo Outdoor|UT|America/Denver|40.235|-111.696
DS-MINN|Minnesota Boots|MN|America/Chicago|44.522|-92.538
""")

THIRD_PARTIES = _places("""
3P-MEM|Memphis Express Logistics|TN|America/Chicago|35.038|-89.93
3P-SDF|Louisville Gateway Logistics|KY|America/Kentucky/Louisville|38.183|-85.707
3P-LGB|Long Beach Harbor Logistics|CA|America/Los_Angeles|33.819|-118.232
3P-MIA|Miami Trade Logistics|FL|America/New_York|25.8|-80.281
""")

#: The usual five regions; a state belongs to exactly one.
REGIONS = {
    "northeast": _states("CT DC MA MD ME NJ NY PA RI"),
    "southeast": _states("AL AR FL GA KY LA NC SC TN VA"),
    "midwest": _states("IA IL IN KS MI MN MO ND NE OH WI"),
    "southwest": _states("AZ NM OK TX"),
    "west": _states("AK CA CO HI ID MT NV OR UT WA"),
}


def region_of(state: str) -> str:
    """Return the region a state belongs to."""
    return next(region for region, states in REGIONS.items() if state in states)
