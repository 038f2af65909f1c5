"""The style sheet: spacing, edges and states of Qt's own controls, in the look's colours and sizes."""

from __future__ import annotations

from pathlib import Path
from string import Template
from typing import TYPE_CHECKING

import app

if TYPE_CHECKING:
    from app.window.theme import Look

SHAPES = Path(app.__file__).parents[1] / "assets" / "app" / "shapes"  # the style sheet takes pictures as files only

SHEET = Template("""
QWidget { font-family: "Inter"; font-size: ${text}px; }
QToolTip { background: $ink; color: $ground; border: none; padding: ${p4}px ${p8}px; font-size: ${small}px; }
QWidget#sidebar, QWidget#panel { background: $surface; }
QWidget#sidebar { border-right: 1px solid $line; }
QWidget#panel { border-top: 1px solid $line; }
QLabel { background: transparent; }
QLabel[role="title"] { font-size: ${title}px; font-weight: 600; }
QLabel[role="section"] { font-weight: 600; }
QLabel[role="state"] { font-size: ${state}px; font-weight: 600; }
QLabel[role="hint"], QLabel[role="under-switch"] { color: $muted; font-size: ${small}px; }
QLabel[role="under-switch"] { padding-left: ${p30}px; }
QLabel[role="badge"] { color: $accent; font-size: ${small}px; font-weight: 600; border: 1px solid $accent;
    border-radius: ${p8}px; padding: ${p2}px ${p8}px; }
QLabel[role="name"] { color: $muted; font-size: ${small}px; font-weight: 600; }

QPushButton, QToolButton { background: $surface; color: $ink; border: 1px solid $edge; border-radius: ${p8}px;
    padding: ${p6}px ${p14}px; min-height: ${p20}px; }
QToolButton { padding: ${p6}px; }
QPushButton:hover, QToolButton:hover { background: $raised; }
QPushButton:pressed, QToolButton:pressed, QToolButton:checked { background: $raised; border-color: $accent; }
QPushButton:focus, QToolButton:focus { border: 2px solid $accent; padding: ${p5}px ${p13}px; }
QToolButton:focus { padding: ${p5}px; }
QPushButton:disabled, QToolButton:disabled { color: $edge; border-color: $line; }
QPushButton[role="main"] { background: $accent; color: $on_accent; border-color: $accent; font-weight: 600; }
QPushButton[role="main"]:hover { border-color: $ink; }
QPushButton[role="main"]:focus { border: 2px solid $ink; }
QPushButton[role="main"]:disabled { background: $raised; color: $muted; border-color: $line; }
QPushButton[role="danger"] { color: $danger; border-color: $danger; }
QPushButton[role="danger"]:focus { border: 2px solid $danger; }
QToolButton[role="quiet"], QPushButton[role="quiet"] { border-color: transparent; background: transparent; }
QToolButton[role="quiet"]:hover, QPushButton[role="quiet"]:hover { background: $raised; }
QToolButton[role="quiet"]:focus, QPushButton[role="quiet"]:focus { border: 2px solid $accent; }
QToolButton[role="quiet"]:checked { background: $raised; color: $accent; }
QToolButton::menu-indicator { image: none; width: 0; }

QLineEdit, QPlainTextEdit, QSpinBox, QComboBox { background: $surface; color: $ink; border: 1px solid $edge;
    border-radius: ${p8}px; padding: ${p6}px ${p10}px; selection-background-color: $accent;
    selection-color: $on_accent; min-height: ${p20}px; }
QLineEdit, QPlainTextEdit { placeholder-text-color: $muted; }
QLineEdit:focus, QPlainTextEdit:focus, QSpinBox:focus, QComboBox:focus { border: 2px solid $accent;
    padding: ${p5}px ${p9}px; }
QLineEdit:disabled, QSpinBox:disabled, QComboBox:disabled { color: $edge; border-color: $line; }
QSpinBox { padding-right: ${p24}px; padding-left: ${p8}px; }
QSpinBox QLineEdit { border: none; background: transparent; padding: 0 0 0 ${p8}px; min-height: 0; }
QSpinBox QLineEdit:focus { border: none; padding: 0 0 0 ${p8}px; }
QSpinBox::up-button, QSpinBox::down-button { border: none; background: transparent; width: ${p20}px; }
QSpinBox::up-arrow { image: url($icons/chevron-up.svg); width: ${p12}px; height: ${p12}px; }
QSpinBox::down-arrow, QComboBox::down-arrow { image: url($icons/chevron-down.svg); width: ${p12}px; height: ${p12}px; }
QComboBox::drop-down { border: none; width: ${p28}px; }
QComboBox QAbstractItemView { background: $surface; color: $ink; border: 1px solid $edge; padding: ${p4}px;
    selection-background-color: $accent; selection-color: $on_accent; outline: none; }
QComboBox QAbstractItemView::item { min-height: ${p28}px; padding: 0 ${p6}px; }

QCheckBox, QRadioButton { spacing: ${p10}px; padding: ${p4}px ${p6}px ${p4}px 0; border-radius: ${p6}px;
    border: 2px solid transparent; }
QCheckBox:focus, QRadioButton:focus { border-color: $accent; }
QCheckBox::indicator, QRadioButton::indicator { width: ${p18}px; height: ${p18}px; border: 1px solid $edge;
    background: $surface; }
QCheckBox::indicator { border-radius: ${p5}px; }
QRadioButton::indicator { border-radius: ${ring}px; }
QCheckBox::indicator:checked { background: $accent; border-color: $accent; image: url($icons/check.svg); }
QRadioButton::indicator:checked { background: $accent; border-color: $accent; image: url($icons/dot.svg); }
QCheckBox:disabled, QRadioButton:disabled { color: $edge; }

QSlider { min-height: ${p28}px; border: 2px solid transparent; border-radius: ${p6}px; }
QSlider:focus { border-color: $accent; }
QSlider::groove:horizontal { height: ${p4}px; border-radius: ${p2}px; background: $edge; }
QSlider::sub-page:horizontal { height: ${p4}px; border-radius: ${p2}px; background: $accent; }
QSlider::handle:horizontal { width: ${p18}px; height: ${p18}px; margin: -${p7}px 0; border-radius: ${half}px;
    background: $accent; }

QListWidget#facts { background: $surface; border: 1px solid $edge; border-radius: ${p8}px; padding: ${p6}px; }
QListWidget#facts:focus { border: 2px solid $accent; padding: ${p5}px; }
QScrollArea, QListView#conversations, QListWidget#pages { outline: none; }
QTreeView, QScrollArea, QListView#conversations { background: transparent; border: none; outline: none; }
QListView#conversations::item, QListWidget#pages::item { padding: ${p8}px ${p10}px; border-radius: ${p8}px;
    border: 2px solid transparent; color: $ink; }
QListView#conversations::item:hover, QListWidget#pages::item:hover { background: $raised; }
QListView#conversations::item:selected, QListWidget#pages::item:selected { background: $raised; color: $ink; }
QListView#conversations:focus::item:selected, QListWidget#pages:focus::item:selected { border-color: $accent; }
QFrame[role="card"] { background: $surface; border: 1px solid $line; border-radius: ${p10}px; }
QFrame[role="card"][chosen="true"] { border: 2px solid $accent; }
QFrame[role="notice"] { background: $surface; border: 1px solid $danger; border-radius: ${p10}px; }
QFrame[role="rule"] { background: $line; max-height: 1px; border: none; }
QStackedWidget, QScrollArea > QWidget > QWidget#page { background: $ground; }
QListWidget#pages { background: $surface; border: none; padding: ${p10}px;
    outline: none; }

QProgressBar { border: none; border-radius: ${p3}px; background: $raised; max-height: ${p6}px; min-height: ${p6}px; }
QProgressBar::chunk { background: $accent; border-radius: ${p3}px; }

QMenu { background: $surface; color: $ink; border: 1px solid $edge; padding: ${p4}px; }
QMenu::item { padding: ${p6}px ${p24}px ${p6}px ${p12}px; border-radius: ${p6}px; }
QMenu::item:selected { background: $accent; color: $on_accent; }
QMenu::item:disabled { color: $edge; }
QMenu::separator { height: 1px; background: $line; margin: ${p4}px ${p8}px; }

QScrollBar:vertical { background: transparent; width: ${p12}px; margin: 0; }
QScrollBar::handle:vertical { background: $edge; border-radius: ${p3}px; min-height: ${p28}px;
    margin: ${p2}px ${p3}px; }
QScrollBar:horizontal { background: transparent; height: ${p12}px; margin: 0; }
QScrollBar::handle:horizontal { background: $edge; border-radius: ${p3}px; min-width: ${p28}px;
    margin: ${p3}px ${p2}px; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
QSplitter::handle { background: $line; width: 1px; }
""")


def sheet(look: Look) -> str:
    """Return the style sheet of a look; `pN` in the template are N pixels at 100 % text."""
    lengths = {f"p{at}": look.px(at) for at in range(2, 33)}
    sizes = {"half": look.px(18) // 2}  # a radius that is a pixel too large makes a square
    sizes["ring"] = (look.px(18) + 2) // 2  # with its edge
    sizes |= {"text": look.text, "small": look.px(13), "title": look.px(22), "state": look.px(20)}
    colours = {name: getattr(look.colours, name) for name in look.colours.__dataclass_fields__}
    return SHEET.substitute(colours, **lengths, **sizes, icons=(SHAPES / look.colours.name).as_posix())
