"""Predictions: the console asks for each value before it is shown, and keeps the score."""

from __future__ import annotations

from neurons.step.explain import of_step
from neurons.step.look import Look
from neurons.step.predict import Score, close, diagnose, wrong
from neurons.step.shown import plain_number, spoken
from neurons.step.steps import Step

GIVEN = ("", "input", "frozen weight", "frozen memory")
"""Keys of equations of which there is nothing to be predicted; an edit has none."""


class Quiz(Look):
    """The command `predict`, and what it makes of a step."""

    predicting: bool
    score: Score

    def do_predict(self, text: str) -> None:
        """predict on|off: ask for each value before it is shown, and keep the score."""
        if text not in ("on", "off"):
            self.say("  predict on, or predict off")
            return
        self.predicting = text == "on"
        if not self.predicting:
            self.say(f"  {self.score}")

    def ask_next(self) -> bool:
        """Ask for the next value, then show it; False if there is nobody to ask any more."""
        step = self.stepper.peek()
        if step is None:
            return False
        if step.key in GIVEN:
            self.tell(self.stepper.step()[0])
            return True
        explanation = of_step(step)
        self.say(f"  next: {step.name} = {explanation.named}")
        for text in explanation.where:
            self.say(f"  where {' = '.join(text.split(' = ')[:2])}")
        self.say(f"  with {given(step)}")
        number, guess = None, self.ask("  your value? ")
        while guess and (number := self.number(guess)) is None:
            guess = self.ask("  your value? ")
        if guess is None:
            return False
        if number is not None:  # an empty line shows the value unasked
            self._judge(step, guess, number, self.stepper.learning_rate)
        self.tell(self.stepper.step()[0])
        return True

    def _judge(self, step: Step, guess: str, number: float, rate: float) -> None:
        self.score.asked += 1
        if close(number, step.after):
            self.score.right += 1
            self.say("  Right.")
            return
        slip = diagnose(step, number, rate)
        if slip is not None:
            self.score.made[slip.name] += 1
        explanation = of_step(step)
        answer = f"{explanation.numbers} = {explanation.result}"
        self.say("  " + wrong(guess, slip, answer))

    def ask(self, question: str) -> str | None:
        """Return what is typed at a question; `None` at the end of the input."""
        if self.use_rawinput:
            try:
                return input(question).strip()
            except EOFError:
                return None
        self.stdout.write(question)
        self.stdout.flush()
        line = self.stdin.readline()
        self.say(line.strip())
        return line.strip() if line else None


def given(step: Step) -> str:
    """Return the operands of a step as text; the first eight of them."""
    pairs = dict(step.operands)
    shown = [
        f"{spoken(name)} = {plain_number(value, 6)}" for name, value in list(pairs.items())[:8]
    ]
    return ", ".join(shown) + (", ..." if len(pairs) > 8 else "")
