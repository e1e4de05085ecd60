"""Names for people who do not exist: first names of their generation, common surnames."""

from __future__ import annotations

import random

GENERATION = 1962
"""Born up to this year: the older first names."""
WOMEN = 0.62
"""The share of women among the passengers of such services."""

# (weight, older women, younger women, older men, younger men, surnames)
POOLS: tuple[tuple[int, str, str, str, str, str], ...] = (
    (
        80,
        "Margaret Dorothy Joan Jean Betty Sheila Maureen Barbara Brenda Pamela Patricia Shirley "
        "Audrey Sylvia Beryl Iris Marjorie Rita Eileen Hazel Janet Christine Susan Ann Mavis "
        "Doreen Jill Valerie Gillian Kathleen Freda Thelma Olive Edna Rosemary Hilary Norma",
        "Karen Julie Tracey Sarah Emma Claire Rachel Laura Rebecca Hannah Chloe Jessica Amy "
        "Charlotte Lucy Katie Nicola Joanne Helen Louise Megan Holly",
        "John Peter Brian Derek Roy Ronald Dennis Kenneth Raymond Geoffrey Gordon Alan Keith "
        "Malcolm Trevor Norman Eric Stanley Leslie Donald Arthur Frank Bernard Colin Roger "
        "Michael David Graham Barry Clive Maurice Walter",
        "Paul Mark Andrew Stephen Darren Lee Matthew James Daniel Thomas Jack Adam Ryan Luke "
        "Simon Neil Gary Craig Robert Jamie Ben Joshua",
        "Smith Jones Taylor Brown Wilson Wright Walker Hall Green Wood Harris Clarke Jackson "
        "Turner Hill Cooper Ward Morris Moore Parker Bailey Bennett Cook Shaw Palmer Mills "
        "Barnes Chapman Knight Mason Hunt Webb Rose Simpson Marshall Fox Ellis Fisher Holmes "
        "Lowe Pick Freer Toon Orton Sharpe Kirk Pell Gamble Musson Hubbard Squires Goodacre "
        "Wormleighton Measures Toone Dexter Gretton Whait Tebbutt Sleath Bursnall Moult",
    ),
    (
        10,
        "Kantaben Pushpa Savita Manjula Nirmala Surinder Harbans Jaswant Zubeda Fatima Usha",
        "Priya Anjali Nisha Simran Aisha Sana Meera Harpreet Reena Komal",
        "Ramesh Jayantilal Mohan Harish Balbir Gurdev Ibrahim Yusuf Vinod Kishor Dilip",
        "Amit Raj Sanjay Imran Hardeep Nikhil Bilal Arjun Jaspal Kiran",
        "Patel Mistry Chauhan Solanki Singh Gill Khan Desai Modha Parmar Lad Hussain Joshi",
    ),
    (
        4,
        "Gloria Merlene Sonia Icilda Yvonne Hyacinth",
        "Natasha Simone Leanne Tanya Ebony",
        "Winston Carlton Vernon Clifton Desmond Errol",
        "Marcus Leon Jermaine Andre Tyrone",
        "Campbell Francis Bailey Gordon Henry Grant Samuels Thompson",
    ),
    (
        3,
        "Halina Krystyna Irena Danuta Zofia",
        "Agnieszka Magdalena Katarzyna Monika Ewa",
        "Stanislaw Jerzy Zbigniew Kazimierz Jan",
        "Piotr Tomasz Marcin Pawel Lukasz",
        "Nowak Kowalski Wisniewski Wojcik Zielinski Mazur Krawczyk",
    ),
    (
        3,
        "Bridget Nuala Rhiannon Mairead Fiona Morag",
        "Sinead Aoife Catrin Eilidh Siobhan",
        "Seamus Gwyn Liam Hamish Emrys Padraig",
        "Declan Rhys Callum Owen Conor",
        "O'Brien Murphy Kelly Davies Evans Llewellyn MacDonald Stewart Byrne",
    ),
)


def full_name(rng: random.Random, birth_year: int, surname: str = "") -> str:
    """A made-up first name of that generation with a surname (or the one given)."""
    _, older_women, younger_women, older_men, younger_men, surnames = rng.choices(
        POOLS, weights=[pool[0] for pool in POOLS]
    )[0]
    younger = birth_year > GENERATION
    women, men = (younger_women, younger_men) if younger else (older_women, older_men)
    first = women if rng.random() < WOMEN else men
    return f"{rng.choice(first.split())} {surname or rng.choice(surnames.split())}"
