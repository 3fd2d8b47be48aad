"""The sources of the figures of others, and of the reasons why this project differs from them."""

from __future__ import annotations

from import_support import source

_CITED = "single figures cited"
_HUBBLO = "https://github.com/hubblo-org/gpu-calculator/blob/2308a62b73f28d0e57498365819950f925c93b8d/"
_ADEME = "Lees-Perasso, Ekchajzer, Roussilhe, De Latour (ADEME) 2026, life cycle assessment of GPUs for AI: "

_UBA = source(
    "uba-94-2021",
    "Green Cloud Computing, UBA-Texte 94/2021, Umweltbundesamt",
    "https://www.umweltbundesamt.de/sites/default/files/medien/5750/publikationen/2021-06-17_texte_94-2021_green-cloud-computing.pdf",
    _CITED,
    "inventory of server components",
)
_NVIDIA = source(
    "nvidia-hgx-h100",
    "NVIDIA HGX H100, Product Carbon Footprint Summary (ISO 14067, reviewed by WSP), 2025",
    "https://images.nvidia.com/aem-dam/Solutions/documents/HGX-H100-PCF-Summary.pdf",
    _CITED,
    "p. 3",
)
_DENSITY = source(
    "dram-density",
    "Bit densities of Samsung DDR4 dies by process, as compiled by contributors to Boavizta",
    "https://github.com/Boavizta/boaviztapi",
    _CITED,
    "rows Samsung 18 nm and 25 nm; mean of all rows",
)
_MLCA = source(
    "loubet-2023",
    "Loubet, Vincent, Collin, Dejous, Ghiotto, Jego 2023, International Journal of Life Cycle Assessment: constants of "
    "a graphics card, as MLCA has them",
    "https://github.com/blubrom/MLCA",
    _CITED,
    "ComponentGPU: 27.0 kg a card, 1.97 kg per cm2 of die; memory 2.20 kg per cm2 and 5.22 kg",
)
_MORAND = source(
    "morand-2026",
    "Morand, Neveol, Ligozat 2026, The Rising Unsustainability of AI Graphics Cards Production",
    "https://arxiv.org/abs/2607.01258",
    _CITED,
    "225 kg for an H100, of which 176 kg memory",
)
_FALK = source(
    "falk-2025",
    "Falk, Ekchajzer, Pirson, Lees-Perasso, Wattiez, Biber-Freudenberger, Luccioni, van Wynsberghe 2025, More than "
    "Carbon",
    "https://arxiv.org/abs/2509.00093",
    _CITED,
)

SOURCES = [
    source(
        "owid-ember-intensity",
        "Ember, Yearly Electricity Data (2026); processed by Our World in Data, carbon intensity of electricity "
        "generation, April 2026 release",
        "https://ourworldindata.org/grapher/carbon-intensity-electricity",
        "CC-BY-4.0",
    ),
    source(
        "owid-ember-mix",
        "Ember, Yearly Electricity Data (2026), and Energy Institute, Statistical Review of World Energy; processed by "
        "Our World in Data, energy-data, April 2026 release",
        "https://github.com/owid/energy-data",
        "CC-BY-4.0",
        "columns *_electricity",
    ),
    source(
        "ember-method-2024",
        "Ember 2024, European Electricity Review 2024 and Global Electricity Review 2024, supporting material: "
        "emissions",
        "https://ember-climate.org/insights/research/global-electricity-review-2024/supporting-material/",
        _CITED,
        "coal, gas, and factors for net generation",
    ),
    source(
        "ember-older-edition",
        "Ember, data explorer, an edition of 2021 or 2022, as BoaviztAPI has it",
        "https://ember-climate.org/data/data-explorer",
        _CITED,
        "carbon intensity in 2020",
    ),
    source(
        "jordaan-2022",
        "Jordaan et al. 2022, Global mitigation opportunities for the life cycle of natural gas-fired power, Nature "
        "Climate Change 12",
        "https://doi.org/10.1038/s41558-022-01503-5",
        _CITED,
        "abstract: 645 g/kWh, 334 to 1,389, in 2017",
    ),
    source(
        "scarlat-2022",
        "Scarlat, Prussi, Padella 2022, Quantification of the carbon intensity of electricity produced and used in "
        "Europe, Applied Energy 305, 117901",
        "https://doi.org/10.1016/j.apenergy.2021.117901",
        _CITED,
        "2019, by country",
    ),
    source(
        "unece-2022",
        "UNECE (2022), Carbon Neutrality in the UNECE Region: Integrated Life-cycle Assessment of Electricity Sources",
        "https://unece.org/sites/default/files/2022-04/LCA_3_FINAL%20March%202022.pdf",
        "cited facts",
        "Table 13",
    ),
    source(
        "ipcc-ar5-annex3",
        "IPCC (2014), AR5 Working Group III, Annex III: Technology-specific cost and performance parameters",
        "https://www.ipcc.ch/site/assets/uploads/2018/02/ipcc_wg3_ar5_annex-iii.pdf",
        "cited facts",
        "Table A.III.2",
    ),
    source(
        "electricity-maps-yearly",
        "Electricity Maps, yearly carbon intensity of grid zones, 2021 to 2025; as published by The Green Web "
        "Foundation in CO2.js",
        "https://github.com/thegreenwebfoundation/co2.js/tree/27cbe8328aeaad0824fb07b3640dc45b72228c7b/data/output/electricity-maps",
        "ODbL-1.0; single figures cited",
        "yearly_*.json",
    ),
    source(
        "electricity-maps-config",
        "Electricity Maps, factors and mixes by zone with their own sources (UNECE 2022, IPCC 2014, eGRID 2021, EU "
        "ETS)",
        "https://github.com/electricitymaps/electricitymaps-contrib/tree/master/config",
        _CITED,
        "defaults.yaml; zones CN, FR, IN-WE, SE-SE3, US-MIDA-PJM, ZA",
    ),
    source(
        "ecologits-electricity",
        "EcoLogits 0.11.3, factors of electricity by country, after Our World in Data and Ember",
        "https://github.com/mlco2/ecologits",
        "MPL-2.0; figures cited",
        "ecologits/data/electricity_mixes.json, gwp",
    ),
    source(
        "codecarbon-mix",
        "CodeCarbon 3.3.2, energy mix by country, after Our World in Data and Ember",
        "https://github.com/mlco2/codecarbon/tree/master/codecarbon/data/private_infra",
        "MIT",
        "global_energy_mix.json, carbon_intensity",
    ),
    source(
        "codecarbon-world",
        "IEA 2019, Global Energy and CO2 Status Report, as CodeCarbon 3.3.2 has it",
        "https://www.iea.org/reports/global-energy-co2-status-report-2019/emissions",
        _CITED,
        "carbon_intensity_per_source.json, world_average",
    ),
    source(
        "boaviztapi-2.5.0",
        "BoaviztAPI 2.5.0, factors of electricity by country, with the source of each",
        "https://github.com/Boavizta/boaviztapi/blob/main/boaviztapi/data/crowdsourcing/electrical_mix.csv",
        _CITED,
        "gwp, the row of the first priority",
    ),
    source(
        "act",
        "ACT, Architectural Carbon Modeling Tool (Gupta et al. 2022), commit abc9fbb7",
        "https://github.com/facebookresearch/ACT",
        "MIT",
        "fabrication per cm2 by node, DRAM 65 g/GB, SSD 10 g/GB",
    ),
    _MLCA,
    _MORAND,
    _NVIDIA,
    _UBA,
    _DENSITY,
    _FALK,
    source(
        "bloom-2023",
        "Luccioni, Viguier, Ligozat 2023, Estimating the Carbon Footprint of BLOOM, JMLR 24(253)",
        "https://jmlr.org/papers/v24/23-0069.html",
        _CITED,
        "section on embodied emissions",
    ),
    source(
        "chien-2023",
        "Chien et al. 2023, Reducing the Carbon Impact of Generative AI Inference, HotCarbon 2023",
        "https://doi.org/10.1145/3604930.3605705",
        _CITED,
        "as quoted by a third party; read the paper before relying on it",
    ),
    source(
        "ccf-constants",
        "Cloud Carbon Footprint, constants of embodied emissions, after Teads (commit b0032d9)",
        "https://github.com/cloud-carbon-footprint/ccf-coefficients/blob/b0032d928c787cf76cecd7d1d611c5b46f366e29/ccfcoef/constants.py",
        "Apache-2.0",
        "1,000 kg a server, 1.388 kg/GB beyond 16 GB, 100 kg a further processor or SSD, 150 kg a card",
    ),
]

BY_SA_SOURCES = [
    source(
        "ademe-gpu-cards",
        f"{_ADEME}impacts of the dismantled cards",
        f"{_HUBBLO}src/data/gpu/gpus_impact_factors.csv",
        "CC-BY-SA-4.0",
        "rows by card and component",
    ),
    source(
        "ademe-gpu-average",
        f"{_ADEME}mean factors of the cards",
        f"{_HUBBLO}src/data/gpu/average_model.json",
        "CC-BY-SA-4.0",
        "factors by component",
    ),
    source(
        "ecologits-docs",
        "EcoLogits, methodology of language models and of the generation of video, 2026",
        "https://ecologits.ai/latest/methodology/",
        "CC-BY-SA-4.0",
        "embodied impacts of servers and cards",
    ),
    source(
        "boaviztapi-2.4.1",
        "BoaviztAPI 2.4.1, its formula for a graphics card, applied to the sizes of the card",
        "https://github.com/Boavizta/boaviztapi",
        _CITED,
        "model of the GPU component",
    ),
    _MLCA,
    _MORAND,
    _NVIDIA,
    _UBA,
    _DENSITY,
    _FALK,
]
