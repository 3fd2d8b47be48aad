"""Why this project's figures differ from those of others by more than 15 %, each argued from cited facts.

A subject is a grid zone or an item of hardware, or ``every item`` of hardware. ``spread`` stands for
all methods of an item together. What nobody has shown is written as "not explained".
"""

from __future__ import annotations

from typing import NamedTuple

#: What of a difference a reason leaves, where it is no sum of stated amounts.
NOT_QUANTIFIED = "not quantified"


class Reason(NamedTuple):
    """Why one comparison differs, and how much of it the reason does not account for: "PART of DIFFERENCE UNIT"."""

    subject: str
    compared_with: str
    reason: str
    source: str
    unexplained: str = NOT_QUANTIFIED


_COAL = (
    "Coal. Electricity Maps counts it here at its default of 820 g/kWh (median of IPCC AR5), this project at 1,000 "
    "(UNECE 2022, hard coal, EU28): at {share} % coal that is {part} g of the difference of {whole} g"
)
_GAS_OF_CANADA = (
    "Gas. Ember takes it country by country from Jordaan et al. 2022, the fleet and the methane of the supply chain "
    "included (world mean 645 g/kWh); this project takes one combined cycle of EU28 (UNECE 2022), 430. Ember's figures "
    "of 2015 to 2025 are met within 0.3 g by 723 g/kWh for gas and 877 for coal, all else as here: with the 17.2 % gas "
    "and 3.9 % coal of 2024 these two add 50 g and take off 5 g, the whole difference of 46 g"
)
_COAL_OF_SOUTH_AFRICA = (
    "Coal, 84 % of the generation. Ember's figures of 2015 to 2025 are met best by 852 g/kWh for coal, against 1,000 "
    "here: 124 g of the difference of 127 g. Ember blends the factors that UNECE 2022 gives for the region of the "
    "world by the technologies and grades of coal of the country, and takes 6 % off where the generation is gross; "
    "this project takes the factor of UNECE for EU28, per kWh generated as published. What lies beyond the 6 %: not "
    "explained, the factor of the region is not among the sources of this project"
)
_EMBER_SINCE = "It is Ember's figure {of}, and the reason is that of Ember"

GRID = (
    Reason("FR", "Electricity Maps",
           "Mix and hydropower. Ember's mix of 2024 has 1.7 % oil and other fossil (11.0 g here), Electricity Maps' "
           "0.26 % (3.0 g); it counts hydropower at 10.7 g/kWh (UNECE), this project at 24 (IPCC), 1.7 g less; it has "
           "1.3 % bioenergy against 1.9 %, 1.5 g less; and gas at 531 g/kWh, 5.3 g more. Together 5.9 g of 7.2 g",
           "electricity-maps-config;owid-ember-intensity",
           "1.3 of 7.2 g"),
    Reason("US", "Electricity Maps",
           "Fleet. Electricity Maps takes plants by balancing area from eGRID and adds the supply chain: for PJM gas "
           "515 and coal 1,057 g/kWh; this project takes EU28 plants of UNECE 2022, 430 and 1,000. At 42.6 % gas and "
           "14.9 % coal the figures of PJM would add 45 g of the difference of 64 g; the rest: not explained",
           "electricity-maps-config;unece-2022",
           "19 of 64 g"),
    Reason("IN", "Electricity Maps", _COAL.format(share="74.5", part=134, whole=152),
           "electricity-maps-config;unece-2022;ipcc-ar5-annex3",
           "18 of 152 g"),
    Reason("CN", "Electricity Maps", _COAL.format(share="57.8", part=104, whole=97),
           "electricity-maps-config;unece-2022;ipcc-ar5-annex3",
           "none of 97 g: the reason gives 7 g more"),
    Reason("ZA", "Electricity Maps", _COAL.format(share="83.6", part=150, whole=133),
           "electricity-maps-config;unece-2022;ipcc-ar5-annex3",
           "none of 133 g: the reason gives 17 g more"),
    Reason("SE", "Electricity Maps",
           "Hydropower and oil. Electricity Maps counts hydropower at 10.7 g/kWh (UNECE), this project at 24 (IPCC): "
           "5.0 g at 37.5 % hydropower. Ember's mix has 1.1 % oil and other fossil, 7.4 g here; Electricity Maps "
           "states a carbon-free share of 100 %. Together the difference of 12.5 g",
           "electricity-maps-config;electricity-maps-yearly;owid-ember-intensity",
           "none of 12.5 g"),
    Reason("FR", "CodeCarbon",
           "Vintage: Ember's figure for 2023 in an earlier edition; 53.3 g in that of April 2026. Nuclear and "
           "hydropower were higher in 2024",
           "codecarbon-mix;owid-ember-intensity",
           "0.4 of 15.8 g"),
    Reason("CN", "EcoLogits",
           "Vintage: it is Ember's figure for 2025; with the mix of 2025 the difference is that against Ember in 2024, "
           "about 10 %",
           "ecologits-electricity;owid-ember-intensity",
           "51 of 84 g, as against Ember, below 15 %"),
    Reason("CA", "Ember", _GAS_OF_CANADA, "ember-method-2024;jordaan-2022;unece-2022;owid-ember-intensity",
           "none of 46 g"),
    Reason("CA", "CodeCarbon", _EMBER_SINCE.format(of="for 2023 in an earlier edition"),
           "codecarbon-mix;ember-method-2024;jordaan-2022"),
    Reason("CA", "EcoLogits", _EMBER_SINCE.format(of="for 2025"),
           "ecologits-electricity;ember-method-2024;jordaan-2022"),
    Reason("CA", "BoaviztAPI",
           "Vintage and edition: an older edition of Ember for 2020; Ember's edition of April 2026 has 162 g for 2020",
           "ember-older-edition;owid-ember-intensity"),
    Reason("ZA", "Ember", _COAL_OF_SOUTH_AFRICA, "ember-method-2024;unece-2022;owid-ember-intensity",
           "77 of 127 g"),
    Reason("ZA", "CodeCarbon", _EMBER_SINCE.format(of="for 2023 in an earlier edition"),
           "codecarbon-mix;ember-method-2024;unece-2022"),
    Reason("ZA", "EcoLogits", _EMBER_SINCE.format(of="for 2025"),
           "ecologits-electricity;ember-method-2024;unece-2022"),
    Reason("ZA", "BoaviztAPI", _EMBER_SINCE.format(of="for 2020 in an older edition"),
           "ember-older-edition;ember-method-2024;unece-2022"),
    Reason("FR", "BoaviztAPI",
           "Vintage in part: the figure is of 2019; with the mix of 2019 this project has 60 g, which is 20 g of the "
           "58 g. Scarlat et al. count electricity as used, trade and the building of plants included; how much of the "
           "remaining 38 g that is: not explained",
           "scarlat-2022",
           "38 of 58 g"),
    Reason("DE", "BoaviztAPI", "Vintage: the figure is of 2019; the share of coal has fallen from 29 to 21 % since",
           "scarlat-2022;owid-ember-mix",
           "22 of 79 g"),
    Reason("PL", "BoaviztAPI", "Vintage: the figure is of 2019; the share of coal has fallen from 72 to 54 % since",
           "scarlat-2022;owid-ember-mix",
           "11 of 177 g"),
    Reason("IN", "BoaviztAPI",
           "Edition: an older edition of Ember for 2020; that of April 2026 has 709 g for 2020, from which this "
           "project differs by 7 % in the same year",
           "ember-older-edition;owid-ember-intensity",
           "52 of 140 g"),
    Reason("WOR", "BoaviztAPI",
           "Not weighted: it is the plain mean over the countries of BoaviztAPI's table (the mean of the 134 is 390); "
           "a small grid counts as much as that of China",
           "boaviztapi-2.5.0"),
)  # fmt: skip

_SILICON = (
    "Scope: ACT counts the fabrication of the die and of the memory chips alone; no board, heatsink, casing, "
    "substrate, assembly or materials upstream"
)
_DENSITY = (
    "Memory of the host: 3,788 kg of the {whole} kg are two TB of memory at 1.24 GB/cm2, a mean over DDR4 dies of "
    "several years; at the 2.375 GB/cm2 of this project they are 2,064 kg. Drives at 54.9 GB/cm2 are 1,449 kg, at the "
    "69.8 here 1,153 kg. The network cards and switches, which this project counts, work against it"
)

HARDWARE = (
    Reason("every item", "ACT, yield 0.875", _SILICON, "act"),
    Reason("every item", "ACT, Murphy yield", _SILICON, "act"),
    Reason("dgx-h100", "ACT", _SILICON + "; power supplies, chassis and mainboard are left out too", "act"),
    Reason("a100-sxm4-40gb", "Chien et al. 2023",
           "Scope: an eighth of a whole server with eight cards, so the host is counted in", "chien-2023"),
    Reason("a100-sxm4-80gb", "BLOOM",
           "Not an assessment: a round value that the authors assumed for want of one", "bloom-2023"),
    Reason("dgx-h100", "BLOOM",
           "Not an assessment of this machine: 2,500 kg for another server without its cards, and an assumed 150 kg a "
           "card; two TB of memory and 34 TB of drives are not in it", "bloom-2023"),
    Reason("dgx-h100", "UBA parts and NVIDIA HGX H100", _DENSITY.format(whole="7,301"),
           "uba-94-2021;nvidia-hgx-h100;dram-density",
           "none of 1,689 kg: the reason gives 331 kg more, the parts beside UBA's less"),
    Reason("dgx-h100", "CCF",
           "Constants: 1.39 kg per GB of memory after one server of 2019 and 150 kg for any card; neither the density "
           "of the memory nor the card is told apart", "ccf-constants"),
    Reason("dgx-h100", "spread",
           "The only whole figure that shares no data with this project is the one of CCF, made of constants: 1.39 kg "
           "per GB of memory after one server of 2019 is 2,820 kg for the memory, against 2,064 kg here. The figures "
           "from UBA parts take 3,788 kg for the same memory, at half the density of its dies",
           "ccf-constants;uba-94-2021;dram-density"),
)  # fmt: skip

_MEMORY = (
    "Memory: MLCA counts it by the area of DRAM dies, 2.20 kg per cm2 at {density} GB/cm2, that is {per_gb} kg per GB; "
    "ADEME found 0.48 (HBM2e) to 1.5 (GDDR6) in dismantled cards, and NVIDIA states 0.85 for HBM3"
)
_FAULT = (
    "A known fault of BoaviztAPI: its factor of 0.184 kg per mm2 of memory already holds all dies of a stack (ADEME's "
    "own 59.8 kg for the H100 is that factor times one die), and is multiplied by their number again"
)

BY_SA = (
    Reason("every item", "MLCA, 0.625 GB/cm2", _MEMORY.format(density="0.625", per_gb="3.5"),
           "loubet-2023;ademe-gpu-average;nvidia-hgx-h100"),
    Reason("every item", "MLCA, 1.0 GB/cm2", _MEMORY.format(density="1.0", per_gb="2.2"),
           "loubet-2023;morand-2026;ademe-gpu-average;nvidia-hgx-h100"),
    Reason("every item", "BoaviztAPI", _FAULT, "boaviztapi-2.4.1;ademe-gpu-average"),
    Reason("every item", "ADEME parts, HBM as NVIDIA states",
           "Memory: every HBM at 0.853 kg per GB, which NVIDIA states for HBM3; this project keeps ADEME's figure of "
           "the dismantled cards for HBM2 and HBM2e", "nvidia-hgx-h100;ademe-gpu-average"),
    Reason("a100-sxm4-40gb", "ADEME parts",
           "The dismantled card itself here, mean factors there: its die is 85.8 kg against 77.2, and its board 16.4 "
           "kg, what the other parts leave of the 127.6 kg of Falk et al., against 4.0",
           "ademe-gpu-cards;ademe-gpu-average;falk-2025",
           "none of 18.7 kg: the reason gives 2.3 kg more"),
    Reason("h100-sxm5-80gb", "ADEME parts",
           "Memory: HBM3 at ADEME's 0.48 kg per GB of HBM2e; this project takes the 0.853 that NVIDIA states for HBM3",
           "nvidia-hgx-h100;ademe-gpu-average",
           "none of 29.6 kg"),
    Reason("h100-pcie-80gb", "ADEME, H100 PCIe",
           "ADEME's is no dismantled card either, but its model. Memory, 21.2 kg of the difference of 38.3 kg: 59.8 kg "
           "by the area of the memory dies there, 38.6 kg here, the 0.48 kg per GB of HBM2e of the dismantled A100. "
           "Body, 6.9 kg with its transport and end of life: a card of 1.69 kg with 296 cm2 of board there, the A100 "
           "PCIe of 1.23 kg with 234 cm2 in its place here. Die, 10.2 kg: 85.5 kg there, 75.3 kg here for the same 814 "
           "mm2; not explained", "ademe-gpu-cards;ademe-gpu-average",
           "10.2 of 38.3 kg"),
    Reason("h100-sxm5-80gb", "EcoLogits, video",
           "EcoLogits says that the figure rests on Boavizta, whose memory of cards has a known fault; its parts are "
           "not published, so the rest is not explained", "ecologits-docs;boaviztapi-2.4.1",
           "117 of 117 kg"),
    Reason("dgx-h100", "UBA parts and ADEME parts", _DENSITY.format(whole="7,254"), "uba-94-2021;dram-density",
           "none of 1,642 kg: the reason gives 378 kg more, the parts beside UBA's less"),
    Reason("dgx-h100", "UBA parts and BoaviztAPI", f"{_FAULT}. {_DENSITY.format(whole='10,508')}",
           "boaviztapi-2.4.1;uba-94-2021;dram-density"),
    Reason("dgx-h100", "EcoLogits, language models",
           "The host: 5,700 kg by BoaviztAPI for a p5.48xlarge without its cards, at the older density of memory: the "
           "same 2 TB are 3,788 kg at 1.24 GB/cm2 and 2,064 kg at 2.375; the cards are as NVIDIA states (8 x 164 kg)",
           "ecologits-docs;uba-94-2021;dram-density",
           "none of 1,400 kg: the reason gives 324 kg more"),
    Reason("dgx-h100", "EcoLogits, video",
           "The host, 6,000 kg after Boavizta at the older density of memory, and 273 kg a card; the parts of neither "
           "are published, so the rest is not explained", "ecologits-docs;dram-density",
           "848 of 2,572 kg"),
    Reason("every item", "spread",
           "Memory. The whole-card figures that share no data with this project rest on areas of DRAM dies: 2.2 to 3.5 "
           "kg per GB (MLCA; Boavizta behind EcoLogits), where ADEME found 0.48 to 1.5 in dismantled cards and NVIDIA "
           "states 0.85 for HBM3. NVIDIA's own figure for a whole H100 (164 kg), from which the memory alone is taken "
           "here, supports the lower ones", "loubet-2023;ademe-gpu-average;nvidia-hgx-h100"),
)  # fmt: skip
