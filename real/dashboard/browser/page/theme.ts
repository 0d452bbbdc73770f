/** PrimeVue's Aura in the colours of the reports, and denser: this is a page to read. */
import { definePreset, palette } from '@primeuix/themes'
import Aura from '@primeuix/themes/aura'
import { INKS } from '../../../../scenarios/shown/palette.ts'

const [light, dark] = INKS.accent

export const preset = definePreset(Aura, {
  primitive: { borderRadius: { sm: '4px', md: '4px', lg: '4px', xl: '8px' } },
  semantic: {
    primary: palette(light),
    focusRing: { width: '2px', style: 'solid', color: 'var(--accent)', offset: '2px' },
    formField: { paddingX: '12px', paddingY: '6px' },
    colorScheme: {
      light: { primary: { color: light, contrastColor: '#ffffff', hoverColor: '#004b7a', activeColor: '#00395c' } },
      dark: { primary: { color: dark, contrastColor: '#14171b', hoverColor: '#9dcff5', activeColor: '#b9ddf8' } },
    },
  },
})
