"""Neural networks made of explicit neurons and synapses, to step through and look into.

>>> from neurons import XOR, Network
>>> network = Network.dense(2, 4, 1, seed=7)
>>> history = network.train(XOR, epochs=2000, batch_size=None)
>>> network["h0->o0"]
<Synapse h0->o0 weight=+7.031 change=0.0009221 signal=0.1764 feedback=-0.03109>
"""

from neurons.activation import Activation
from neurons.check import mistakes
from neurons.check.compare import compare
from neurons.check.gradients import check_gradients
from neurons.check.health import Finding, diagnose
from neurons.check.report import GradientReport
from neurons.data.csv_file import read_csv
from neurons.data.encoding import Encoding
from neurons.data.table import Table
from neurons.errors import (
    DataError,
    FormatError,
    NeuronsError,
    NumericError,
    ParameterError,
    ShapeError,
    StateError,
    WiringError,
)
from neurons.fast.source import predict_many
from neurons.layer import Layer, SoftmaxLayer
from neurons.learn.evaluation import Evaluation, evaluate
from neurons.learn.history import History
from neurons.learn.learning_rates import Exponential, ExponentialDecay, PiecewiseConstant, Steps
from neurons.learn.optimizer import Optimizer
from neurons.learn.optimizers import (
    AdaGrad,
    Adam,
    AdamW,
    ClassicalMomentum,
    DeltaRule,
    Momentum,
    Nesterov,
    RMSProp,
)
from neurons.learn.samples import XOR
from neurons.learn.training import Training
from neurons.loss import Loss
from neurons.network import Network
from neurons.neuron import Bias, Neuron, Synapse
from neurons.show.chart import chart
from neurons.show.draw import draw
from neurons.show.player import Recording, record
from neurons.show.svg import Picture
from neurons.step.explain import Explanation, explain
from neurons.step.stepper import Stepper
from neurons.step.steps import Step
from neurons.step.watch import breakpoint_when
from neurons.step.whatif import diff, snapshot, what_if
from neurons.teach.grade import Grade, grade
from neurons.teach.provenance import Provenance
from neurons.teach.worksheet import Worksheet, worksheet

__version__ = "0.1.0"

# in the order in which a reader learns them
__all__ = ["Network", "XOR", "Neuron", "Synapse", "Bias", "Layer", "SoftmaxLayer"]
__all__ += ["Activation", "Loss", "Training", "History"]
__all__ += ["check_gradients", "GradientReport", "mistakes", "compare", "diagnose", "Finding"]
__all__ += ["Stepper", "Step", "explain", "Explanation", "breakpoint_when"]
__all__ += ["what_if", "snapshot", "diff"]
__all__ += ["draw", "chart", "Picture", "record", "Recording"]
__all__ += ["worksheet", "Worksheet", "grade", "Grade", "Provenance"]
__all__ += ["read_csv", "Table", "Encoding", "evaluate", "Evaluation"]
__all__ += ["predict_many"]
__all__ += ["Optimizer", "DeltaRule", "Momentum", "ClassicalMomentum", "Nesterov"]
__all__ += ["AdaGrad", "RMSProp", "Adam", "AdamW", "PiecewiseConstant", "ExponentialDecay"]
__all__ += ["Steps", "Exponential"]  # their names in earlier versions
__all__ += ["NeuronsError", "DataError", "ShapeError", "ParameterError", "WiringError"]
__all__ += ["StateError", "FormatError", "NumericError"]
