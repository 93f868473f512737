"""Nouns for people, by category, and for what is counted beside people. ``^``: the regular plural, too."""

from __future__ import annotations

from processors.text.inflect import forms


def _words(listed: str) -> list[str]:
    return [surface for entry in listed.split() for surface, _ in forms(entry)]


_CHILDREN = """
child children girl^ boy^ baby^ infant^ toddler teenager^ minors pupils schoolchildren schoolgirls
"""
_WOMEN = """
woman^ mother^ female^ wife
"""
_CIVILIANS = """
civilian^ noncombatants non-combatants
"""
_FIGHTERS = """
fighter^ militant^ rebel^ insurgent^ terrorist^ jihadist^ gunman^ guerrilla^ militiaman^ extremist^
attacker^ assailant^ bomber^ bandits
"""
_SOLDIERS = """
soldier^ troop^ serviceman^ marine^ conscript^ ranger^ gendarme^ personnel guard^ peacekeeper^ commando^
sergeant captain lieutenant colonel major general
"""
_POLICE = """
policeman^ policewoman police cop^ constable^
"""
_JOURNALISTS = """
journalist^ reporter^ cameraman photographer
"""
_AID_WORKERS = """
aid-worker medic^ paramedic^
"""
_OTHERS = """
inmate^ convict^ robber^ pupil^ schoolboy^ schoolgirl^ scientist^ thief thieves smuggler^ trafficker^
adviser^ bystander^ volunteer^ rescuer^ paramedic nun^ seminarian rioter^ settler^ editor^ blogger
poacher^ defender^ jurist imam^ reservist^ teenager^ bouncer^ barman waiter^ passerby passers-by
intruder^ professor^ engineer^ pedestrian^ cook housekeeper^ carpenter electricians salesman watchman^
merchant^ prosecutor^ lawmaker^ singer writer cleric^ monk^ technician^ contractor^ shepherd^ herder^
youth^ cadet^ recruits pickers mourners diners commuters passer-by motorist^ cyclist motorcyclist
officer^ people person^ man^ victim^ other^ villager^ resident^ worshipper^ student^ worker^ employee^
passenger^ family^ member^ protester^ demonstrator^ activist^ farmer^ peasant^ refugee^ patient^ priest^
teacher^ doctor^ nurse^ judge^ mayor^ lawyer^ politician leader^ commander^ driver^ bodyguard^ tourist^
migrant^ detainee^ suspect^ hostage^ prisoner^ crew sailor^ citizen^ relatives brother^ sister^ son^
daughter^ father^ couple pilot^ businessman^ official^ minister senator deputy councilman candidate
bishop archbishop ambassador diplomat^ attorney guerrilleros homes inhabitants pilgrim^ fisherman^
miner^ firefighters elder^ trader^ lives body^ corpses deaths fatalities casualties Palestinians
Israelis Syrians Iraqis Americans Ukrainians Russians Filipinos Kurds Yemenis Afghans Somalis
Salvadorans Colombians Peruvians Indians Turks Nigerians Kenyans governor^ magistrate^ congressman
congresswoman councillor^ councilor^ rector labourer^ laborer^ rancher^ landowner^ customer^ vendor^
shopkeeper^ agent^ detective^ corporal chief^ parishioner^ youngster^ adolescent^ grandmother
grandfather cousin^ nephew niece uncle aunt pensioner^ pastor^ rabbi^ sheikh missionary^ unionist^
guest^ clerk^ secretary spokesman aide^ murderer^ killer^ rapist^ librarian^ conductor^ snatcher^
rapper^ critic^ boss grandson^ granddaughter^ grandchild grandchildren grandparents stepson stepdaughter
husband^ widow^ widower^ fiancee fiance bride^ groom^ newlywed^ neighbour^ neighbor^ roommate^
colleague^ friend^ tenant^ landlord baker^ butcher^ grocer^ barber^ tailor^ mechanic^ plumber^ beggar^
hawker^ porter^ courier^ bartender^ chef^ musician^ footballer^ athlete^ janitor^ cleaner^ caretaker^
guardsman^ logger^ woodcutter^ farmhand^ cowherd goatherd herdsman^ boatman ferryman trucker^ biker^
jogger hiker^ climber^ trekker^ backpacker holidaymaker^ spectator^ onlooker^ reveller^ partygoers
churchgoer^ evacuee^ returnee^ deserter^ defector trainee^ apprentice^ lecturer^ headmaster headmistress
principal vice-principal headteacher pharmacist midwife midwives surgeon^ interpreter translator
producer presenter columnist influencer veteran^ sapper^ sniper^ brigadier warden^ gamekeeper vigilante^
hunter^ inspector superintendent executive manager banker accountant entrepreneur tycoon seafarer^
seaman^ skipper mercenary^ combatant^ operative^ naxalite^ naxal^ maoist^ insurgents jawan^ trooper^
infantryman^ paratrooper^ legionnaire^ airman^ occupant^ novice^ abductee^ captive^ escapee^ evangelist
catechist deacon reverend warlord kingpin capo henchman^ gangster^ mobster^ dacoit^ brigand^ pirate^
raider^ looter^ kidnapper^ abductor^ knifeman shopper^ toddlers newborn^ infant teen^ tween granny
septuagenarian octogenarian expatriate^ foreigner^ national^ vaccinator^ surveyor^ dealer^ addict^
homeowner^ squatter^ nomad^ pastoralist^ hunter-gatherer escort^ cameramen photographers crewman^
crewmember^ deckhand^ stowaway^ asylum-seeker^ gendarmes guide^ rider^ newsman^ maid^ gardener^
"""
_THINGS = """
airstrikes animals apartments areas arrests as assassinations attacks bases battles blasts boats bodies
bombs bridges buildings bullets buses camels camps cars cases casualties charges checkpoints cities
clashes countries counts cows crimes days deaths departments devices districts dogs dollars drones
earthquakes events explosions factories fatalities fields fires flats floods fronts games gangs goals
goats grenades groups guns has helicopters his homes horses hospitals hours houses incidents injuries is
its kidnappings killings kilometers kilometres kilos lines lives locations matches meters metres miles
mines minutes missiles months motorcycles municipalities murders nations neighborhoods neighbourhoods
nights occasions offices operations organisations organizations others parties parts pieces planes
points positions posts provinces raids reports rifles roads rockets rounds schools seats seconds shells
shelters ships shops shots sides sites sources statements states stations stores storms streets strikes
tanks targets tents this times tonnes tons towns trees trucks vehicles villages votes warehouses was
weapons weeks wells wounds years
"""

CATEGORIES: dict[str, list[str]] = {
    "children": _words(_CHILDREN),
    "women": _words(_WOMEN),
    "civilians": _words(_CIVILIANS),
    "fighters": _words(_FIGHTERS),
    "soldiers": _words(_SOLDIERS),
    "police": _words(_POLICE),
    "journalists": _words(_JOURNALISTS),
    "aid-workers": _words(_AID_WORKERS),
}
OTHERS = _words(_OTHERS)
THINGS = frozenset(_words(_THINGS))
