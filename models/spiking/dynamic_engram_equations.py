"""The equations of the dynamic engram as Brian2 takes them (Tomé et al. 2024 and their code).

A current is told as what it would do to the membrane in the end: divided by the leak conductance,
in volts. The rheobase is therefore the way from rest (-70 mV) to threshold (-50 mV).

Traces: `fast` (20 ms) is z+ of a sending and z- of a receiving cell, which are the same in an
excitatory cell; `slow` (100 ms) is z_slow, `rate` (600 s) is h. Short-term plasticity: `used` is
u, `left_e` and `left_i` are x of the synapses onto excitatory and inhibitory cells.
"""

from models.spiking.instruments import equations

RHEOBASE = "20*mV"
SPIKING = """
dg_ampa/dt = -g_ampa/(5*ms) : 1
dg_nmda/dt = (g_ampa - g_nmda)/(100*ms) : 1
dg_gaba/dt = -g_gaba/(10*ms) : 1
dtheta/dt = -theta/(5*ms) : volt
dfast/dt = -fast/(20*ms) : 1
excitation = -g*v : volt
inhibition = -g_gaba*(v + 80*mV) : volt
count : 1
""" + equations(RHEOBASE, "volt")
DEPRESSION = """
last : second
used : 1
left_e : 1
left_i : 1
sent_e : 1
sent_i : 1
"""
EXCITATORY = f"""{SPIKING}{DEPRESSION}
dv/dt = (-70*mV - v + excitation + inhibition - g_a*(v + 80*mV) + instruments)/(20*ms) : volt
g = (0.2*g_ampa + g_nmda)/1.2 : 1
dg_a/dt = -g_a/(100*ms) : 1
dslow/dt = -slow/(100*ms) : 1
drate/dt = -rate/(600*second) : Hz
centre_x : 1
centre_y : 1
surplus : 1 (linked)
modulation : 1
eta : 1 (shared)
potentiation : 1 (shared)
beta : 1 (shared)
delta : 1 (shared)
"""
INHIBITORY = f"""{SPIKING}
dv/dt = (-70*mV - v + excitation + inhibition + instruments)/(20*ms) : volt
g = (0.3*g_ampa + g_nmda)/1.3 : 1
"""
STIMULUS = f"""{DEPRESSION}
dfast/dt = -fast/(20*ms) : 1
next : second
rate : Hz
"""
FACTOR = """
dG/dt = -G/(10*second) : Hz
eta : 1
target : Hz
surplus = eta*(G - target)/target : 1
"""
THRESHOLD = "v > -50*mV + theta"
RESET = """
v = -70*mV
theta = 100*mV
fast += 1
count += 1
"""
ADAPT = """
g_a += 0.1
slow += 1
rate += 1/(600*second)
"""
#: Short-term plasticity from the last spike to this one, what this one sends, and what it uses up.
TIRE = """
left_e = 1 - (1 - left_e)*exp(-(t - last)/(150*ms))
left_i = 1 - (1 - left_i)*exp(-(t - last)/(200*ms))
used = 0.2 + (used - 0.2)*exp(-(t - last)/(600*ms))
sent_e = used*left_e
sent_i = used*left_i
left_e -= sent_e
left_i -= sent_i
used += 0.2*(1 - used)
last = t
"""
#: The next interval of a Poisson process; added to `next`, not to t, so that the rate is exact.
DRAW = """
fast += 1
next -= log(1 - rand())/rate
"""
PLASTIC = """
w : 1
gain : 1 (shared)
reference : 1
consolidates : 1 (shared)
"""
BEFORE = """
g_ampa_post += gain*w*sent_e_pre
w = clip(w + eta_post*(delta_post - fast_post*(rate_post/(10*Hz))**2), 0, {largest})
"""
AFTER = """
hebbian = potentiation_post*fast_pre*slow_post
w = clip(w + eta_post*(hebbian - beta_post*(w - reference)*fast_post**3), 0, {largest})
"""
#: Every 1.2 s, with a time constant of 1200 s; stable near 0 and 0.5, P = 0.1/0.005859375.
CONSOLIDATE = """
pull = w - reference - 17.0666667*reference*(0.25 - reference)*(0.5 - reference)
reference += consolidates*0.001*pull
"""
INHIBIT = """
g_gaba_post += w
w = clip(w + modulation_post*(fast_post + 1), 0, {largest})
"""
INHIBITED = "w = clip(w + modulation_post*fast_pre, 0, {largest})"
