/** Three states of the same settings: what an editor began with, what they made of it, what stands there by now. */
import { SETTING_NAMES, type SettingName, type SettingValues } from "./settings-fields";

/** Fields that somebody else changed to something that is not what I want either. */
export function clashingFields(
  base: SettingValues,
  mine: SettingValues,
  theirs: SettingValues,
): SettingName[] {
  return SETTING_NAMES.filter((name) => theirs[name] !== base[name] && theirs[name] !== mine[name]);
}
