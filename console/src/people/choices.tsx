import { useId } from 'react';
import type { Option } from './choose';
import classes from './people.module.css';

// Several of a few, each with a box to tick.
export function Choices({
  legend,
  description,
  describedBy,
  options,
  chosen,
  onChosen,
}: {
  legend: string;
  description?: string;
  describedBy?: string;
  options: readonly Option[];
  chosen: readonly string[];
  onChosen: (chosen: string[]) => void;
}) {
  return (
    <fieldset className={classes['choices']} aria-describedby={describedBy}>
      <legend>{legend}</legend>
      {description !== undefined && <p className={classes['choicesNote']}>{description}</p>}
      {options.map(({ value, label }) => (
        <Tick
          key={value}
          label={label}
          checked={chosen.includes(value)}
          onChecked={(ticked) =>
            onChosen(
              options
                .map((option) => option.value)
                .filter((each) => (each === value ? ticked : chosen.includes(each))),
            )
          }
        />
      ))}
    </fieldset>
  );
}

// A box to tick, and what that means.
export function Tick({
  label,
  description,
  checked,
  onChecked,
}: {
  label: string;
  description?: string;
  checked: boolean;
  onChecked: (checked: boolean) => void;
}) {
  const note = useId();
  return (
    <div>
      <label className={classes['choice']}>
        <input
          type="checkbox"
          checked={checked}
          aria-describedby={description === undefined ? undefined : note}
          onChange={(event) => onChecked(event.currentTarget.checked)}
        />
        <span className="wrap-anywhere">{label}</span>
      </label>
      {description !== undefined && (
        <p id={note} className={classes['tickNote']}>
          {description}
        </p>
      )}
    </div>
  );
}
